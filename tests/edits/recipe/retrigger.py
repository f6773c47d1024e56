import sys
if sys.argv:

    print("retrigger")
