"""Every sentence that an error of the program may say, read out of its source.

A sentence is found where an error is made, and followed back through the parameters and
local names it came by. What is only known when the program runs is a numbered place:
`{0} is not known`. Reads the source as text and runs none of it; it does not follow what
goes through containers or attributes, which `Messages.passed_on` lists instead.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

PLACE = "\0"
SAID = {"reason", "remedy"}
"""Parts of an error that are sentences; its subject is a name."""
MOST_CALLS = 6
"""Functions through which a sentence is followed back."""


@dataclass(frozen=True, slots=True)
class Site:
    """An expression, and where it stands."""

    expression: ast.expr
    module: str
    function: ast.FunctionDef | None


@dataclass(slots=True)
class Messages:
    """What was found."""

    sentences: dict[str, str] = field(default_factory=dict)
    """Sentence to the `file:line` where it was met first."""
    passed_on: set[str] = field(default_factory=set)
    """Expressions that are a whole sentence and could not be followed."""


class Source:
    """All modules of a package."""

    def __init__(self, root: Path) -> None:
        self._trees = {
            str(p.relative_to(root)): ast.parse(p.read_text(encoding="utf-8"))
            for p in sorted(root.rglob("*.py"))
        }
        self._calls: defaultdict[str, list[tuple[ast.Call, str, ast.FunctionDef | None]]]
        self._calls = defaultdict(list)
        self._functions: defaultdict[str, list[tuple[ast.FunctionDef, str]]] = defaultdict(list)
        self._constants: dict[tuple[str, str], ast.expr] = {}
        self._imported: dict[tuple[str, str], str] = {}
        self._pieces: set[str] = set()
        """Sentences that stand inside others."""
        for module, tree in self._trees.items():
            self._index(tree, module, None)
            for node in tree.body:
                for target, value in _assigned(node):
                    self._constants[module, target] = value

    def _index(self, node: ast.AST, module: str, function: ast.FunctionDef | None) -> None:
        if isinstance(node, ast.FunctionDef):
            self._functions[node.name].append((node, module))
            function = node
        if isinstance(node, ast.Call):
            self._calls[_called(node)].append((node, module, function))
        if isinstance(node, ast.ImportFrom) and node.module:
            for name in node.names:
                self._imported[module, name.asname or name.name] = f"{node.module}.{name.name}"
        for child in ast.iter_child_nodes(node):
            self._index(child, module, function)

    def messages(self, makers: Mapping[str, Sequence[str]]) -> Messages:
        """Return what is given for a `reason` or a `remedy`.

        Args:
            makers: name of a class or function, and what its arguments are, in order.
        """
        found = Messages()
        for maker, names in makers.items():
            for call, module, function in self._calls[maker]:
                for name, expression in _arguments(call, names):
                    if name in SAID:
                        self._take(found, Site(expression, module, function))
        return found

    def _take(self, found: Messages, site: Site) -> None:
        where = f"{site.module}:{site.expression.lineno}"
        self._pieces = set()
        for text in self._texts(site, MOST_CALLS) | self._pieces:
            if text == PLACE:
                found.passed_on.add(f"{site.module}: {ast.unparse(site.expression)}")
            elif any(c.isalpha() for c in text):
                found.sentences.setdefault(numbered(text), where)

    def _texts(self, site: Site, left: int) -> set[str]:
        """Return what an expression may be, with `PLACE` for what is not known."""
        if not left:
            return {PLACE}
        match site.expression:
            case ast.Constant(value=str(text)):
                return {text}
            case ast.JoinedStr(values=values):
                return self._joined(site, values, left)
            case ast.BinOp(left=first, op=ast.Add(), right=last):
                return self._joined(site, [first, last], left)
            case ast.IfExp(body=first, orelse=last):
                return self._any(site, [first, last], left)
            case ast.BoolOp(values=values):
                return self._any(site, values, left)
            case ast.Name(id=name):
                return self._named(site, name, left)
            case ast.Subscript(value=ast.Name(id=name)):
                table = self._constants.get((site.module, name))
                if isinstance(table, ast.Dict):
                    return self._any(site, table.values, left)
            case ast.Call() as call:
                return self._returned(call, site, left)
            case _:
                pass
        return {PLACE}

    def _any(self, site: Site, choices: Sequence[ast.expr], left: int) -> set[str]:
        sites = (Site(choice, site.module, site.function) for choice in choices)
        return set().union(*(self._texts(one, left) for one in sites))

    def _joined(self, site: Site, pieces: Sequence[ast.expr], left: int) -> set[str]:
        choices = []
        for piece in pieces:
            if isinstance(piece, ast.FormattedValue):
                plain = piece.conversion == -1 and piece.format_spec is None
                known = self._any(site, [piece.value], left - 1) if plain else {PLACE}
                if any(PLACE in text for text in known):
                    self._pieces |= known - {PLACE}
                    known = {PLACE}
                choices.append(known)
            else:
                choices.append(self._any(site, [piece], left))
        return {"".join(texts) for texts in product(*choices)}

    def _named(self, site: Site, name: str, left: int) -> set[str]:
        function = site.function
        if function is not None:
            parameters = [a.arg for a in (*function.args.args, *function.args.kwonlyargs)]
            if name in parameters:
                return self._given(function, name, site, left)
            values = [
                value
                for node in ast.walk(function)
                for target, value in (*_assigned(node), *self._unpacked(node, site))
                if target == name
            ]
            if values:
                return self._any(site, values, left - 1)
        constant = self._constants.get((site.module, name))
        if constant is not None:
            return self._texts(Site(constant, site.module, None), left - 1)
        return {PLACE}

    def _unpacked(self, node: ast.AST, site: Site) -> Iterator[tuple[str, ast.expr]]:
        """Yield names that are set together, with each of the values they may get."""
        match node:
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=value):
                for row in self._rows(value, site):
                    for target, one in zip(names, row.elts, strict=False):
                        if isinstance(target, ast.Name):
                            yield target.id, one
            case _:
                return

    def _rows(self, value: ast.expr, site: Site) -> Iterator[ast.Tuple]:
        match value:
            case ast.Tuple():
                yield value
            case ast.BoolOp(values=values):
                for one in values:
                    yield from self._rows(one, site)
            case ast.Name(id=name):
                for node in ast.walk(site.function) if site.function else ():
                    for target, one in _assigned(node):
                        if target == name:
                            yield from self._rows(one, site)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="get"), args=args):
                table = self._constants.get((site.module, name))
                for one in [*(table.values if isinstance(table, ast.Dict) else ()), *args[1:]]:
                    yield from self._rows(one, site)
            case _:
                return

    def _given(self, function: ast.FunctionDef, name: str, site: Site, left: int) -> set[str]:
        """Return what callers give for a parameter."""
        parameters = [a.arg for a in function.args.args]
        own = parameters[1:] if parameters[:1] in (["self"], ["cls"]) else parameters
        found: set[str] = set()
        for call, module, caller in self._calls[function.name]:
            given = dict(zip(own, call.args, strict=False))
            given |= {k.arg: k.value for k in call.keywords if k.arg}
            if (
                name in given
                and caller is not function
                and self._meant(function, site, call, module)
            ):
                found |= self._texts(Site(given[name], module, caller), left - 1)
        return found or {PLACE}

    def _meant(self, function: ast.FunctionDef, site: Site, call: ast.Call, module: str) -> bool:
        """Tell whether a call by the name of a function is one of it."""
        home = "huiting." + site.module.removesuffix(".py").replace("/", ".")
        match call.func:
            case ast.Name(id=name):
                there = self._imported.get((module, name))
                return there == f"{home}.{name}" or (there is None and module == site.module)
            case ast.Attribute(value=ast.Name(id=owner)) if (module, owner) in self._imported:
                return self._imported[module, owner] == home
            case _:
                return [a.arg for a in function.args.args][:1] in (["self"], ["cls"])

    def _returned(self, call: ast.Call, site: Site, left: int) -> set[str]:
        if not isinstance(call.func, ast.Name):
            return {PLACE}
        known = self._functions.get(call.func.id, [])
        near = [f for f in known if f[1] == site.module] or known
        found: set[str] = set()
        for function, module in near[:1]:
            for node in ast.walk(function):
                if isinstance(node, ast.Return) and node.value is not None:
                    found |= self._texts(Site(node.value, module, function), left - 1)
        return found or {PLACE}


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _arguments(call: ast.Call, names: Sequence[str]) -> Iterator[tuple[str, ast.expr]]:
    yield from zip(names, call.args, strict=False)
    for keyword in call.keywords:
        if keyword.arg in names:
            yield str(keyword.arg), keyword.value


def _assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield each plain name and what it is set to."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            yield name, value
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, value
        case ast.NamedExpr(target=ast.Name(id=name), value=value):
            yield name, value
        case ast.AugAssign(target=ast.Name(id=name), value=value):
            yield name, ast.BinOp(ast.Constant(PLACE), ast.Add(), value)
        case _:
            return


def numbered(text: str) -> str:
    """Return a sentence with its places numbered, as a catalogue has it."""
    first, *rest = text.split(PLACE)
    return first + "".join(f"{{{n}}}{piece}" for n, piece in enumerate(rest))
