"""Counts for Prometheus: how much, how fast, how often something failed. No label names a person.

One registry for the process, as Prometheus has it. Counterpart: `health`, which serves it.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

registry = CollectorRegistry()
turns = Counter("bot_turns", "Events handled, by kind.", ["event_type"], registry=registry)
known = Counter("bot_known_updates", "Updates that came again.", registry=registry)
unreadable = Counter(
    "bot_unreadable_updates", "Updates that no sense could be made of.", registry=registry
)
failed = Counter(
    "bot_failed_turns", "Turns that failed by a mistake of the program.", registry=registry
)
flooded = Counter("bot_flooded_messages", "Messages too many in a minute.", registry=registry)
store_down = Counter(
    "bot_store_down", "Events refused because nothing could be kept.", registry=registry
)
sent = Counter("bot_messages", "Messages by what became of them.", ["outcome"], registry=registry)
broken_seals = Gauge(
    "bot_broken_seals", "Sealed fields and keys found damaged at the start.", registry=registry
)
unsent = Gauge("bot_unsent_messages", "Messages that wait.", registry=registry)
commits = Histogram(
    "bot_commit_seconds",
    "Time of a transaction, with all its jobs.",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5),
    registry=registry,
)
jobs = Counter("bot_store_jobs", "Jobs done by the store.", registry=registry)
