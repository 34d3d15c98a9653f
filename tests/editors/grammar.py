"""The tree-sitter grammar as editors use it: its committed parser, compiled by the system's C compiler."""

import ctypes
import pathlib
import subprocess
import tempfile

import tree_sitter

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "editors/tree-sitter-ops"


def language():
    with tempfile.TemporaryDirectory() as folder:
        library = pathlib.Path(folder) / "ops.so"
        source = FOLDER / "src"
        flags = ["-std=c11", "-O1", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter", "-shared", "-fPIC"]
        files = [source / "parser.c", source / "scanner.c"]
        subprocess.run(["cc", *flags, "-I", source, "-o", library, *files], check=True)
        entry = ctypes.CDLL(str(library)).tree_sitter_ops
    entry.restype = ctypes.c_void_p
    capsule = ctypes.pythonapi.PyCapsule_New
    capsule.restype = ctypes.py_object
    capsule.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    return tree_sitter.Language(capsule(entry(), b"tree_sitter.Language", None))


def walk(node):
    """Every node below and with `node`, in the order of the text."""
    yield node
    for child in node.children:
        yield from walk(child)


def errors(root):
    """Nodes that stand for what could not be read."""
    return [node for node in walk(root) if node.is_error or node.is_missing]
