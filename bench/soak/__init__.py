"""Hours of a busy shop in minutes, while one thing after another breaks: is anything lost, and how soon does work go on?

    make soak                                  20 minutes
    make soak ARGS="--minutes 4 --json FILE"

PostgreSQL, Redis, an OpenSSH server with a disk of its own, one `printdock serve`, two `printdock worker`, and sellers
who upload without a pause through a line that can be cut: new art, copies of what is stored, files that are no pictures.
What they store is rendered on a mockup set. In the first half everything breaks in turn, printdock's own processes too;
in the second half only what is around them, so that their memory can be watched. `site` is the installation, `sellers`
what people do, `faults` what breaks, `judge` what must hold at the end.
"""
