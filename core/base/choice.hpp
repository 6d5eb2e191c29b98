// A closed set of words of the API and what each stands for.
#pragma once

#include <optional>
#include <ranges>
#include <string_view>

namespace portal {

template <class Value>
struct Choice {
  std::string_view word;
  Value value;
};

// What the words of a table (an array or span of Choice) stand for.
template <class Choices>
using ChoiceValue = decltype(std::ranges::range_value_t<Choices>::value);

template <std::ranges::range Choices>
std::optional<ChoiceValue<Choices>> find_choice(const Choices& choices, std::string_view word) {
  for (const auto& choice : choices) {
    if (choice.word == word) return choice.value;
  }
  return std::nullopt;
}

}  // namespace portal
