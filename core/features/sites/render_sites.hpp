#pragma once

#include <string>

#include "pg/rows.hpp"

namespace portal::features {

// The schema SiteList of docs/openapi.yaml, from the rows of list_sites.
std::string render_sites(const pg::Rows& sites);

}  // namespace portal::features
