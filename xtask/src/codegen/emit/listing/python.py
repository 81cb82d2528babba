"""Prints the public API of a Python package: what `__all__` of each public module names, with one sentence of docs."""

import ast
import sys
from pathlib import Path

Documented = ast.Module | ast.ClassDef | ast.FunctionDef


def first_sentence(text: str | None) -> str:
    paragraph = " ".join((text or "").strip().split("\n\n")[0].split())
    first, dot, _ = paragraph.partition(". ")
    return first + "." if dot else first


def docs(node: Documented, indent: str) -> None:
    if said := first_sentence(ast.get_docstring(node)):
        print(f'{indent}"""{said}"""')


def function(node: ast.FunctionDef, indent: str) -> None:
    for decorator in node.decorator_list:
        print(f"{indent}@{ast.unparse(decorator)}")
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    print(f"{indent}def {node.name}({ast.unparse(node.args)}){returns}:")
    docs(node, indent + "    ")
    print(f"{indent}    ...")


def is_public(name: str) -> bool:
    return not name.startswith("_") or name == "__init__"


def members(node: ast.ClassDef) -> None:
    docs(node, "    ")
    for member, following in zip(node.body, [*node.body[1:], None], strict=True):
        said = ""
        if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
            said = first_sentence(str(following.value.value))
        match member:
            case ast.FunctionDef(name=name) if is_public(name):
                function(member, "    ")
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]) if (
                is_public(name)
            ):
                print(f"    {ast.unparse(member)}")
                if said:
                    print(f'    """{said}"""')


def declaration(node: ast.stmt, following: ast.stmt | None, listed: list[str]) -> str | None:
    """Prints a declaration if it is listed; its name."""
    match node:
        case ast.ClassDef(name=name) if name in listed:
            for decorator in node.decorator_list:
                print(f"@{ast.unparse(decorator)}")
            bases = ", ".join(ast.unparse(base) for base in node.bases)
            print(f"class {name}({bases}):" if bases else f"class {name}:")
            members(node)
            return name
        case ast.FunctionDef(name=name) if name in listed:
            function(node, "")
            return name
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]) if (
            name in listed
        ):
            print(ast.unparse(node))
            if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
                print(f'"""{first_sentence(str(following.value.value))}"""')
            return name
    return None


def declarations(tree: ast.Module, listed: list[str]) -> set[str | None]:
    return {
        declaration(node, following, listed)
        for node, following in zip(tree.body, [*tree.body[1:], None], strict=True)
    }


def module(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    listed: list[str] = []
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id="__all__")], value=value):
                listed = ast.literal_eval(value)
    print(f"\n# {path.stem if path.stem != '__init__' else path.parent.name}")
    docs(tree, "")
    found = declarations(tree, listed)
    # What is declared in a private module, or in Rust, with its stub.
    for private in sorted([*path.parent.glob("_*.py"), *path.parent.glob("_*.pyi")]):
        if private != path:
            others = [name for name in listed if name not in found]
            found |= declarations(ast.parse(private.read_text("utf-8")), others)
    if others := [name for name in listed if name not in found]:
        print(f"# from other modules: {', '.join(others)}")


package = Path(sys.argv[1])
for path in sorted(package.glob("*.py")):
    if not path.stem.startswith("_") or path.stem == "__init__":
        module(path)
