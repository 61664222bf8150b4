"""Times training steps of JAX: each a call of a compiled function, or all of a repetition one `lax.scan`.

The images lie in memory as bytes. Each step gathers its rows and converts them to 32-bit floats from 0 to 1, inside
the compiled function.
"""

import measure

MODES = ["scan", "step"]


def load():
    """The version, and the function that prepares a training."""
    from functools import partial

    import jax
    import jax.numpy as jnp

    import jax_training

    def prepare(case, mode, images, labels):
        state = jax_training.initial(case, images.shape[1:], seed=0)
        images, labels = jnp.asarray(images), jnp.asarray(labels)
        # The memory of the old state is used for the new one.
        compiled = jax.jit(partial(getattr(jax_training, mode), case), donate_argnums=0)

        def scan(rows):
            nonlocal state
            state, losses = compiled(state, images, labels, rows)
            return float(losses.mean())

        def step(rows):
            nonlocal state
            losses = []
            for row in rows:
                state, loss = compiled(state, images, labels, row)
                losses.append(loss)
            return float(jnp.stack(losses).mean())

        return {"scan": scan, "step": step}[mode]

    return jax.__version__, prepare


if __name__ == "__main__":
    measure.main("jax", __doc__.splitlines()[0], MODES, load)
