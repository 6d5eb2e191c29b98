#pragma once

#include <string>

#include "sql/portal.hpp"

namespace portal::features {

// The schema Portal of docs/openapi.yaml.
std::string render_portal(const sql::GetPortalRow& row);

}  // namespace portal::features
