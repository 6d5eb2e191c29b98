// Of what members are told by mail (FEATURES.md C11), each with the permission without which it tells nothing.
#pragma once

#include <array>
#include <string_view>

#include "access/permission.hpp"
#include "base/choice.hpp"

namespace portal::access {

struct Notification {
  std::string_view name;
  Permission permission;
};

inline constexpr std::array<Notification, 3> kNotifications = {{{"new_quotes", Permission::kAcceptQuotes},
                                                                {"new_invoices", Permission::kViewInvoices},
                                                                {"completed_jobs", Permission::kViewCompletedJobs}}};

inline constexpr auto kNotificationChoices = [] {
  std::array<Choice<std::string_view>, kNotifications.size()> choices{};
  for (std::size_t index = 0; index < choices.size(); ++index)
    choices[index] = {kNotifications[index].name, kNotifications[index].name};
  return choices;
}();

}  // namespace portal::access
