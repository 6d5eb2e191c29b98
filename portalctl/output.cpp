#include "portalctl/output.hpp"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/utf8.hpp"

namespace portal::portalctl {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

// What clients and staff typed must not move the cursor or change the colours of a terminal.
std::string without_controls(std::string text) {
  std::ranges::replace_if(text, [](char letter) { return (letter >= 0 && letter < ' ') || letter == '\x7f'; }, '?');
  return text;
}

std::string text_of(const Cell& cell) {
  return std::visit(Overloaded{[](std::monostate) { return std::string("-"); },
                               [](const std::string& text) { return without_controls(text); },
                               [](bool truth) { return std::string(truth ? "yes" : "no"); },
                               [](std::int64_t number) { return std::to_string(number); },
                               [](const std::vector<std::string>& words) {
                                 return without_controls(fmt::format("{}", fmt::join(words, ", ")));
                               }},
                    cell);
}

void write_cell(json::Writer& writer, const Cell& cell) {
  std::visit(Overloaded{[&](std::monostate) { writer.null(); }, [&](const std::string& text) { writer.value(text); },
                        [&](bool truth) { writer.value(truth); }, [&](std::int64_t number) { writer.value(number); },
                        [&](const std::vector<std::string>& words) {
                          writer.begin_array();
                          for (const std::string& word : words) writer.value(word);
                          writer.end_array();
                        }},
             cell);
}

std::string heading(std::string name) {
  std::ranges::transform(name, name.begin(), [](char letter) {
    if (letter == '_') return ' ';
    return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
  });
  return name;
}

std::size_t width_of(const std::string& text) { return count_code_points(text).value_or(text.size()); }

}  // namespace

void Table::print(Format format) const {
  if (format == Format::kText) return print_text();
  json::Writer writer;
  write(writer);
  print_json(writer);
}

void Table::print_text() const {
  std::vector<std::vector<std::string>> lines;
  std::vector<std::string>& head = lines.emplace_back();
  for (const std::string& column : columns_) head.push_back(heading(column));
  for (const std::vector<Cell>& row : rows_) {
    std::vector<std::string>& line = lines.emplace_back();
    for (const Cell& cell : row) line.push_back(text_of(cell));
  }
  std::vector<std::size_t> widths(columns_.size());
  for (const std::vector<std::string>& line : lines) {
    for (std::size_t column = 0; column < line.size(); ++column)
      widths[column] = std::max(widths[column], width_of(line[column]));
  }
  for (const std::vector<std::string>& line : lines) {
    std::string text;
    for (std::size_t column = 0; column < line.size(); ++column) {
      text += line[column];
      if (column + 1 < line.size()) text.append(widths[column] - width_of(line[column]) + 2, ' ');
    }
    print_line(text);
  }
}

void Table::write(json::Writer& writer) const {
  writer.begin_array();
  for (const std::vector<Cell>& row : rows_) {
    writer.begin_object();
    for (std::size_t column = 0; column < row.size(); ++column) {
      writer.key(columns_[column]);
      write_cell(writer, row[column]);
    }
    writer.end_object();
  }
  writer.end_array();
}

// What cannot be written is found out at the end (main.cpp): it must not look as if something of ours were broken.
void print_line(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fputc('\n', stdout);
}

void print_json(json::Writer& writer) { print_line(writer.take()); }

Cell text_cell(std::string_view text) { return std::string(text); }

Cell text_cell(std::optional<std::string_view> text) { return text ? text_cell(*text) : Cell(); }

Cell time_cell(std::optional<Timestamp> time) { return time ? Cell(format_rfc3339(*time)) : Cell(); }

Cell list_cell(const std::vector<std::string_view>& words) {
  return std::vector<std::string>(words.begin(), words.end());
}

}  // namespace portal::portalctl
