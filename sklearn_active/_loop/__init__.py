"""The loop: the pool, the next question, the answers, the next fit."""
