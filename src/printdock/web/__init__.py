"""The pages in the browser: static files that the build of ``web/`` makes, and how they are served."""
