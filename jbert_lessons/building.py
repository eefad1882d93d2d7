"""How a lesson writes a class: method by method, each in a cell of its own."""

from collections.abc import Callable


def add_to(cls: type) -> Callable:
    """Make the decorated function a method of `cls`, under its own name.

    In a lesson `@add_to(Tokenizer)` above `def encode(self, ...)` does what the definition inside the
    class does; a test puts the parts together and compares them with the module. It goes above
    @property and @classmethod, too. Zero-argument super() works only inside the class.
    """

    def add(member):
        function = getattr(member, "fget", None) or getattr(member, "__func__", member)
        setattr(cls, function.__name__, member)
        return member

    return add
