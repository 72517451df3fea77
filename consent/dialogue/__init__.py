"""The conversation: (session, intent, standing) -> session, effects, reply.

Knows no door, no store and no words. `step` is the only way in.
"""
