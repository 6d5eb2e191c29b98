#include "http/method.hpp"

#include <array>
#include <utility>

#include "base/choice.hpp"

namespace portal::http {
namespace {

using enum Method;

constexpr std::array kMethods = {
    Choice<Method>{"GET", kGet},         Choice<Method>{"HEAD", kHead},   Choice<Method>{"POST", kPost},
    Choice<Method>{"PUT", kPut},         Choice<Method>{"PATCH", kPatch}, Choice<Method>{"DELETE", kDelete},
    Choice<Method>{"OPTIONS", kOptions},
};

}  // namespace

Method parse_method(std::string_view name) noexcept { return find_choice(kMethods, name).value_or(kOther); }

std::string_view name_of(Method method) noexcept {
  const auto index = std::to_underlying(method);
  return index < kMethods.size() ? kMethods[index].word : "OTHER";
}

}  // namespace portal::http
