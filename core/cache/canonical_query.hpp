// One text for queries that mean the same, because they name the same parameters in another order.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace portal::cache {

// The parameters by their names, those of one name in the order in which they came, which may mean something. A view of
// `query` where it is like that already, else of `room`. Nothing: a name is not one of ours, or there are too many;
// what such a query asks for is not kept.
std::optional<std::string_view> canonical_query(std::string_view query, std::string& room);

}  // namespace portal::cache
