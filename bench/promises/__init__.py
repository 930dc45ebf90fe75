"""What printdock promises, measured in one go: each promise with its figure, beside that of the system it replaces.

    make bench ARGS=promises                            all of it, about a quarter of an hour
    python -m bench.promises --parts speed load         some parts; the others stay as they were measured last
    python -m bench.promises --parts --write            measure nothing, put the last figures into docs/promises.md

`parts` are the measurements, `rows` the promises and what they read out of them, `page` puts them on a page.
"""
