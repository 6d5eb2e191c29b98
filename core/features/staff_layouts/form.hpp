// What staff send of a layout. What stands in it is checked here: an error says the field, the line and the column.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace portal::features::staff_layouts {

struct Email {
  std::string subject;
  std::string html;
};

// Of each part the outer optional: was it sent; the inner: the layout, or none for the one that comes with the portal.
struct Form {
  std::string language;
  std::optional<std::optional<Email>> email;
  std::optional<std::optional<std::string>> sms;
};
Result<Form> read_form(std::string_view body);

struct TestForm {
  std::string language;
  std::string channel;               // "email" or "sms"
  std::optional<std::string> phone;  // with "sms"
};
Result<TestForm> read_test(std::string_view body);

}  // namespace portal::features::staff_layouts
