"""A chat assistant for treatment clinics: answers questions and screens for the right level of care."""

import os

# numpy's threads fight with the event loop for the same few cores, and each keeps its own memory:
# finding a topic took half the time with one. Must be set before numpy is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
