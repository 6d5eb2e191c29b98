// The answers of /staff/invitation-layouts.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "layouts/layout_set.hpp"
#include "pg/rows.hpp"
#include "sql/staff_layouts.hpp"

namespace portal::features::staff_layouts {

// An account's layout of one language, or what stands in its place.
struct Texts {
  std::string_view subject;
  std::string_view html;
  std::string_view sms;
  bool has_own_email = false;
  bool has_own_sms = false;
};
// `rows` are those of list_invitation_layouts; the texts point into them and into `defaults`.
Texts texts_of(const pg::Rows& rows, const layouts::LayoutSet& defaults, std::string_view language);

std::string render_layouts(const pg::Rows& rows, const layouts::LayoutSet& defaults);

// What an invitation made from the texts would be like. kInternal when they are none that can be saved.
Result<std::string> render_preview(const Texts& texts, const layouts::LayoutSet& defaults,
                                   const sql::GetLayoutValuesRow& values, std::string_view origin,
                                   std::string_view language);

}  // namespace portal::features::staff_layouts
