"""Prefect's command line, with garbage collected in a thread of its own.

A cursor of SQLite that dies in a collection waits for its connection. In the server's event loop that
wait is a deadlock of 60 seconds: the connection's thread waits for another's transaction, which only the
event loop could end. Beside the loop the same wait harms nobody.

It ends when the process that started it is gone, also when that had no time to say so.
"""

import gc
import os
import runpy
import signal
import threading
import time

_YOUNG_SECONDS = 2.0
_ROUNDS_PER_FULL = 30


def _collect_forever(parent: int) -> None:
    for rounds in range(1, 1_000_000_000):
        time.sleep(_YOUNG_SECONDS)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)
        gc.collect(2 if rounds % _ROUNDS_PER_FULL == 0 else 1)


if __name__ == "__main__":
    gc.disable()
    threading.Thread(target=_collect_forever, args=(os.getppid(),), name="garbage", daemon=True).start()
    runpy.run_module("prefect", run_name="__main__", alter_sys=True)
