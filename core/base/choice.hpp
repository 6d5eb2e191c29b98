// A closed set of words of the API and what each stands for.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace portal {

template <class Value>
struct Choice {
  std::string_view word;
  Value value;
};

template <class Value>
std::optional<Value> find_choice(std::span<const Choice<Value>> choices, std::string_view word) {
  for (const Choice<Value>& choice : choices) {
    if (choice.word == word)
      return choice.value;
  }
  return std::nullopt;
}

} // namespace portal
