"""Turns the named statements of sql/queries/*.sql into C++: a table of prepared statements, a function for each that
takes its typed parameters, and a struct for the rows it returns. The format is described in sql/queries/README.md.

Also imported by sql/tests, which prepares every statement and compares what PostgreSQL describes with what is declared.
"""

import argparse
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

DEFAULT_ROLE = "portal_edge"
# Two tables of statements can stand in one program: each has its own namespace below portal:: and its own include folder.
DEFAULT_SCOPE = "sql"
NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
ROLE_LINE = re.compile(r"--\s*role:\s*(\S+)\s*\Z")
HEADER_LINE = re.compile(r"--\s*(name|parameters|columns):\s*(.*)\Z")
CONTINUATION_LINE = re.compile(r"--\s{2,}(\S.*)\Z")
DECLARATION = re.compile(r"([a-z][a-z0-9_]*)\s+([a-z0-9 ]+(?:\[\])?)(\?)?\Z")
FILTER_OPEN, FILTER_CLOSE = "/*filter*/", "/*end filter*/"
FILTER = re.compile(r"/\*filter\*/.*?/\*end filter\*/", re.DOTALL)
# What a parameter may stand beside: strings and quoted names are skipped, `::` is a cast.
TOKEN = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|/\*.*?\*/|::|:([a-z_][a-z0-9_]*)", re.DOTALL)


@dataclass(frozen=True)
class Type:
    oid_name: str
    oid: int
    parameter: str  # as a C++ parameter
    column: str     # as a member of a row
    getter: str     # of pg::Row


TYPES = {
    "boolean": Type("kBool", 16, "bool", "bool", "boolean"),
    "integer": Type("kInt4", 23, "std::int32_t", "std::int32_t", "int32"),
    "bigint": Type("kInt8", 20, "std::int64_t", "std::int64_t", "int64"),
    "double precision": Type("kFloat8", 701, "", "double", "float64"),
    "text": Type("kText", 25, "std::string_view", "std::string_view", "text"),
    "bytea": Type("kBytea", 17, "pg::Bytes", "pg::Bytes", "bytes"),
    "json": Type("kJson", 114, "", "std::string_view", "text"),
    "jsonb": Type("kJsonb", 3802, "std::string_view", "std::string_view", "jsonb"),
    "timestamptz": Type("kTimestamptz", 1184, "pg::Timestamp", "pg::Timestamp", "timestamp"),
    "date": Type("kDate", 1082, "pg::Date", "pg::Date", "date"),
    "bigint[]": Type("kInt8Array", 1016, "std::span<const std::int64_t>", "std::vector<std::int64_t>", "int64_array"),
    "text[]": Type("kTextArray", 1009, "pg::TextArray", "std::vector<std::string_view>", "text_array"),
}


class FormatError(Exception):
    def __init__(self, file: Path, line: int, message: str):
        super().__init__(f"{file}:{line}: error: {message}")


@dataclass(frozen=True)
class Value:
    name: str
    type_name: str
    nullable: bool

    @property
    def type(self) -> Type:
        return TYPES[self.type_name]


@dataclass
class Statement:
    name: str
    role: str
    file: Path
    line: int
    parameters: list[Value] = field(default_factory=list)
    columns: list[Value] = field(default_factory=list)
    body: str = ""

    def text(self, with_filters: bool = True) -> str:
        """What PostgreSQL is sent: parameters as $n in the order of their declaration."""
        body = self.body if with_filters else FILTER.sub("", self.body)
        body = body.replace(FILTER_OPEN, "").replace(FILTER_CLOSE, "")
        numbers = {value.name: number for number, value in enumerate(self.parameters, 1)}
        body = TOKEN.sub(lambda token: f"${numbers[token[1]]}" if token[1] else token[0], body)
        lines = (line.rstrip() for line in body.splitlines())
        return "\n".join(line for line in lines if line.strip())


def parse_values(text: str, file: Path, line: int) -> list[Value]:
    values = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        declaration = DECLARATION.match(part)
        if not declaration or declaration[2].strip() not in TYPES:
            raise FormatError(file, line, f'"{part}" is not "<name> <type>[?]" with a type of {", ".join(TYPES)}')
        if any(value.name == declaration[1] for value in values):
            raise FormatError(file, line, f'"{declaration[1]}" is declared twice')
        values.append(Value(declaration[1], declaration[2].strip(), bool(declaration[3])))
    return values


def parse_file(file: Path) -> list[Statement]:
    statements: list[Statement] = []
    role, section, headers = DEFAULT_ROLE, None, {}
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if role_line := ROLE_LINE.match(line):
            if statements:
                raise FormatError(file, number, "the role stands before the first statement")
            role = role_line[1]
        elif header := HEADER_LINE.match(line):
            section = header[1]
            if section == "name":
                if not NAME.match(header[2].strip()):
                    raise FormatError(file, number, f'"{header[2]}" is not a name')
                statements.append(Statement(header[2].strip(), role, file, number))
                headers = {}
            elif not statements or statements[-1].body or section in headers:
                raise FormatError(file, number, f'"{section}" does not stand in the head of a statement')
            else:
                headers[section] = (header[2], number)
            finish_head(statements[-1], headers)
        elif section in ("parameters", "columns") and (more := CONTINUATION_LINE.match(line)):
            headers[section] = (headers[section][0] + " " + more[1], headers[section][1])
            finish_head(statements[-1], headers)
        elif line.startswith("--"):
            section = None
        elif line.strip():
            section = None
            if not statements:
                raise FormatError(file, number, "text before the first statement")
            statements[-1].body += line + "\n"
    for statement in statements:
        check_body(statement)
    return statements


def finish_head(statement: Statement, headers: dict) -> None:
    for section, (text, line) in headers.items():
        # A list that goes on in the next line ends in a comma.
        if not text.rstrip().endswith(","):
            setattr(statement, section, parse_values(text, statement.file, line))


def check_body(statement: Statement) -> None:
    def wrong(message: str) -> FormatError:
        return FormatError(statement.file, statement.line, f"{statement.name}: {message}")

    body = statement.body.rstrip()
    if not body.endswith(";") or ";" in body[:-1]:
        raise wrong("a statement ends with its only semicolon")
    statement.body = body[:-1]
    if statement.body.count(FILTER_OPEN) != statement.body.count(FILTER_CLOSE):
        raise wrong("a filter is opened or closed without the other")
    if "$" in statement.body or 'sql"' in statement.body:
        raise wrong("dollar signs are for the generated text")
    if "--" in re.sub(r"'(?:[^']|'')*'", "", statement.body):
        raise wrong("comments stand in lines of their own")
    used = {token[1] for token in TOKEN.finditer(statement.body) if token[1]}
    declared = {value.name for value in statement.parameters}
    if used - declared:
        raise wrong(f"parameters are not declared: {', '.join(sorted(used - declared))}")
    if declared - used:
        raise wrong(f"parameters are not used: {', '.join(sorted(declared - used))}")
    for value in statement.parameters:
        if not value.type.parameter:
            raise wrong(f"{value.type_name} is not a type for parameters")


def query_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.sql"))


def parse_folder(folder: Path) -> list[Statement]:
    statements = [statement for file in query_files(folder) for statement in parse_file(file)]
    seen: dict[str, Statement] = {}
    for statement in statements:
        if other := seen.get(statement.name):
            raise FormatError(statement.file, statement.line,
                              f"{statement.name} is also the name of a statement at {other.file}:{other.line}")
        seen[statement.name] = statement
    return statements


def row_type(statement: Statement) -> str:
    return "".join(word.capitalize() for word in statement.name.split("_")) + "Row"


def parameter_type(value: Value) -> str:
    return f"std::optional<{value.type.parameter}>" if value.nullable else value.type.parameter


def column_type(value: Value) -> str:
    return f"std::optional<{value.type.column}>" if value.nullable else value.type.column


def signature(statement: Statement) -> str:
    parameters = ", ".join(f"{parameter_type(value)} {value.name}" for value in statement.parameters)
    return f"pg::Query {statement.name}({parameters})"


def render_header(file: Path, statements: list[Statement], scope: str) -> str:
    parts = [f"// Made from {file.parent.name}/{file.name} by tools/generate_statements.py.", "#pragma once", "",
             "#include <cstdint>", "#include <optional>", "#include <span>", "#include <string_view>", "#include <vector>", "",
             '#include "pg/rows.hpp"', '#include "pg/statement.hpp"', "", f"namespace portal::{scope} {{", ""]
    for statement in statements:
        parts += [f"{signature(statement)};", ""]
        if statement.columns:
            parts.append("// Views live as long as the Rows that the row came from.")
            parts.append(f"struct {row_type(statement)} {{")
            parts += [f"  {column_type(value)} {value.name};" for value in statement.columns]
            parts += ["", f"  static {row_type(statement)} decode(const pg::Row& row);", "};", ""]
    parts += ["namespace statement {"]
    parts += [f"extern const pg::Statement {statement.name};" for statement in statements]
    parts += ["}  // namespace statement", "", f"}}  // namespace portal::{scope}", ""]
    return "\n".join(parts)


def render_definition(statement: Statement, index: int, with_filters: bool) -> list[str]:
    types = ", ".join(f"pg::oid::{value.type.oid_name}" for value in statement.parameters)
    name = statement.name
    parts = ["namespace {",
             f"constexpr std::array<pg::Oid, {len(statement.parameters)}> types_of_{name} = {{{types}}};", "}  // namespace",
             f'constinit const pg::Statement statement::{name} = {{.name = "{name}",', f'  .text = R"sql({statement.text(with_filters)})sql",',
             f"  .parameter_types = types_of_{name},", f"  .index = {index}}};", "", f"{signature(statement)} {{",
             "  pg::Parameters values;"]
    for value in statement.parameters:
        if value.type_name != "jsonb":
            parts.append(f"  values.add({value.name});")
        elif value.nullable:
            parts += [f"  if ({value.name}) {{", f"    values.add_jsonb(*{value.name});", "  } else {", "    values.add_null();", "  }"]
        else:
            parts.append(f"  values.add_jsonb({value.name});")
    parts += [f"  return {{&statement::{name}, std::move(values)}};", "}", ""]
    if statement.columns:
        parts += [f"{row_type(statement)} {row_type(statement)}::decode(const pg::Row& row) {{", "  return {"]
        for number, value in enumerate(statement.columns):
            read = f"row.{value.type.getter}({number})"
            if value.nullable:
                read = f"row.is_null({number}) ? std::nullopt : std::optional({read})"
            parts.append(f"    .{value.name} = {read},")
        parts += ["  };", "}", ""]
    return parts


def render_source(file: Path, numbered: list[tuple[int, Statement]], with_filters: bool, scope: str) -> str:
    parts = [f'#include "{scope}/{file.stem}.hpp"', "", "#include <array>", "#include <utility>", "", f"namespace portal::{scope} {{", ""]
    for index, statement in numbered:
        parts += render_definition(statement, index, with_filters)
    parts += [f"}}  // namespace portal::{scope}", ""]
    return "\n".join(parts)


def render_table(files: list[Path], statements: list[Statement], scope: str) -> tuple[str, str]:
    header = ["// Every statement, in the order of its index.", "#pragma once", "", "#include <span>", "", '#include "pg/statement.hpp"', "",
              f"namespace portal::{scope} {{", "", "std::span<const pg::Statement* const> all();", "", f"}}  // namespace portal::{scope}", ""]
    source = [f'#include "{scope}/statements.hpp"', "", "#include <array>", ""]
    source += [f'#include "{scope}/{file.stem}.hpp"' for file in files]
    source += ["", f"namespace portal::{scope} {{", "", "std::span<const pg::Statement* const> all() {",
               f"  static constexpr std::array<const pg::Statement*, {len(statements)}> table = {{"]
    source += [f"      &statement::{statement.name}," for statement in statements]
    source += ["  };", "  return table;", "}", "", f"}}  // namespace portal::{scope}", ""]
    return "\n".join(header), "\n".join(source)


def generate(folder: Path, output: Path, with_filters: bool, scope: str = DEFAULT_SCOPE) -> None:
    files, statements = query_files(folder), parse_folder(folder)
    contents = {}
    for file in files:
        numbered = [(index, statement) for index, statement in enumerate(statements) if statement.file == file]
        contents[f"{file.stem}.hpp"] = render_header(file, [statement for _, statement in numbered], scope)
        contents[f"{file.stem}.cpp"] = render_source(file, numbered, with_filters, scope)
    contents["statements.hpp"], contents["statements.cpp"] = render_table(files, statements, scope)
    target = output / scope
    target.mkdir(parents=True, exist_ok=True)
    for name, text in contents.items():
        path = target / name
        # An unchanged file keeps its time, so that nothing that includes it is compiled again.
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--queries", type=Path, required=True, help="folder of the .sql files")
    parser.add_argument("--output", type=Path, required=True, help="folder to include from; files are written below it")
    parser.add_argument("--scope", default=DEFAULT_SCOPE, help="namespace below portal:: and folder below the output")
    parser.add_argument("--without-filters", action="store_true", help="leave out what stands between the filter marks")
    parser.add_argument("--list", action="store_true", help="print the files that would be written, one a line")
    options = parser.parse_args()
    if options.list:
        for stem in [*(file.stem for file in query_files(options.queries)), "statements"]:
            print(options.output / options.scope / f"{stem}.hpp", options.output / options.scope / f"{stem}.cpp", sep="\n")
        return 0
    try:
        generate(options.queries, options.output, not options.without_filters, options.scope)
    except FormatError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
