"""Random runs: submit, kill, resume, correct, resubmit, merge, mark and resend, in any order.

`machine.py` says what can happen and what holds after every step; `world.py` is the machine that it
happens on; `person.py` remembers what the person wrote and said; `killing.py` kills a call.
"""
