# SPDX-License-Identifier: MIT
"""What the tests of the page show: two stories, and where things stand and what colours they have."""
STEP = 1000  # nanoseconds from one statement of a script to the next
GUTTER, MARGIN = 216, 0.02  # where time begins on the canvas, and how much is shown beyond the trace's ends
LIGHT = {"hold": "009e73", "blocked": "e69f00", "condition": "8fcdf0", "join": "d9a0bf", "life": "dce3ec", "forever": "d55e00", "lane": "ffffff"}

STORY = """main process /usr/bin/story; main begin; main name boss
main start T1; main start T2; T1 name Plato; T2 name Kant
main init A @3; main label A left; main label B right
T1 lock A @10; T1 lock B @11
T2 want A @20
main wait C @30
main lock D; main unlock D; main lock D; main unlock D; main lock D; main unlock D; main lock D; main unlock D
T1 unlock A @12
T2 got A; T2 lock D; T2 unlock D; T2 unlock A @22
T1 signal C @13
main waited C
T1 unlock B @14; T1 end; T2 fail A; T2 end; main joining T1; main joined T1; main join T2"""

DEADLOCK = """main process /usr/bin/dining; main begin; main start T1; main start T2; T1 name Plato; T2 name Kant
T1 lock A @10; T2 lock B @20; main lock C1; main unlock C1
main joining T1 @40
T1 want B @11; T2 want A @21
q.main begin
q.main lock D; q.main unlock D; q.main lock D; q.main unlock D; q.main lock D; q.main unlock D; q.main lock D; q.main unlock D
deadlock T1 A B T2 B A
inversion T1 A B T2 B A"""
