"""Ctrl-C at a convenient moment. Lesson 08 uses it."""

import signal
import threading

from jbert_lessons import processes


class InterruptLater:
    """Notes Ctrl-C in `wanted` instead of raising it: in the middle of a step no state can be saved.

    Asked twice, it raises KeyboardInterrupt at once: the last saved state is whole. Several processes
    wait in any case, so that all stop after the same step; torchrun ends those that take too long.
    """

    def __enter__(self):
        self.wanted = False
        self.handler = None
        if threading.current_thread() is threading.main_thread():
            self.handler = signal.signal(signal.SIGINT, self._note)
        return self

    def _note(self, *_) -> None:
        if self.wanted and processes.count() == 1:
            raise KeyboardInterrupt
        self.wanted = True

    def __exit__(self, *_) -> None:
        if self.handler is not None:
            signal.signal(signal.SIGINT, self.handler)
