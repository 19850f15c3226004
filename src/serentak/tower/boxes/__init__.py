"""The projection of custody: where every box is by the log, what was promised, what deviates.

It can be rebuilt at any time.
"""
