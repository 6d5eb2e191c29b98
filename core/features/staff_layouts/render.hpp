// The answers of /staff/invitation-layouts.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "pg/rows.hpp"
#include "sql/staff_layouts.hpp"

namespace portal::features::staff_layouts {

// An account's layout of one language, or what comes with the portal in its place.
struct Texts {
  std::string_view subject;
  std::string_view html;
  std::string_view sms;
  bool has_own_email = false;
  bool has_own_sms = false;
};
// `layouts` are rows of list_invitation_layouts; the texts point into them.
Texts texts_of(const pg::Rows& layouts, std::string_view language);

std::string render_layouts(const pg::Rows& layouts);

// What an invitation made from the texts would be like. kInternal when they are none that can be saved.
Result<std::string> render_preview(const Texts& texts, const sql::GetLayoutValuesRow& values, std::string_view origin,
                                   std::string_view language);

}  // namespace portal::features::staff_layouts
