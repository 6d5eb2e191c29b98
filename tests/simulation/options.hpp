// What both simulations are told on the command line: [--seed N [--trace]] [--from N --to N] [--plant BUG]
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace portal::simulation {

template <class Bug>
struct Options {
  std::uint64_t from = 1;
  std::uint64_t to = 1000;
  Bug plant = Bug::kNone;
  bool trace = false;
};

// `plants`: the bugs that can be planted, by name. Nothing for words that are none of these.
template <class Bug>
std::optional<Options<Bug>> read_options(int count, char** words,
                                         std::span<const std::pair<std::string_view, Bug>> plants) {
  Options<Bug> options;
  const auto number = [&](int& index, std::uint64_t& value) {
    if (++index == count) return false;
    const std::string_view text = words[index];
    return std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc();
  };
  for (int index = 1; index < count; ++index) {
    const std::string_view word = words[index];
    bool good = true;
    if (word == "--trace") {
      options.trace = true;
    } else if (word == "--seed") {
      good = number(index, options.from);
      options.to = options.from;
    } else if (word == "--from") {
      good = number(index, options.from);
    } else if (word == "--to") {
      good = number(index, options.to);
    } else if (word == "--plant" && index + 1 < count) {
      const std::string_view name = words[++index];
      good = false;
      for (const auto& [known, plant] : plants) {
        if (known != name) continue;
        options.plant = plant;
        good = true;
      }
    } else {
      good = false;
    }
    if (!good) return std::nullopt;
  }
  return options;
}

}  // namespace portal::simulation
