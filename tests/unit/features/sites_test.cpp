#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <array>
#include <bit>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "features/sites/render_sites.hpp"

namespace portal::features {
namespace {

struct Site {
  std::int64_t id;
  std::string name;
  std::optional<std::string> address;
};

// A result as libpq makes it of an answer, in binary format.
pg::Rows rows_of(const std::vector<Site>& sites) {
  PGresult* result = PQmakeEmptyPGresult(nullptr, PGRES_TUPLES_OK);
  std::array<std::string, 3> names = {"site_id", "name", "address"};
  std::array<PGresAttDesc, 3> columns{};
  const std::array<Oid, 3> types = {pg::oid::kInt8, pg::oid::kText, pg::oid::kText};
  for (std::size_t index = 0; index < columns.size(); ++index) {
    columns[index] = {.name = names[index].data(),
                      .tableid = 0,
                      .columnid = 0,
                      .format = 1,
                      .typid = types[index],
                      .typlen = -1,
                      .atttypmod = -1};
  }
  PQsetResultAttrs(result, 3, columns.data());
  for (std::size_t index = 0; index < sites.size(); ++index) {
    const int row = static_cast<int>(index);
    auto bytes = std::bit_cast<std::array<char, 8>>(std::byteswap(sites[index].id));
    PQsetvalue(result, row, 0, bytes.data(), 8);
    std::string name = sites[index].name;
    PQsetvalue(result, row, 1, name.data(), static_cast<int>(name.size()));
    std::string address = sites[index].address.value_or("");
    PQsetvalue(result, row, 2, sites[index].address ? address.data() : nullptr,
               sites[index].address ? static_cast<int>(address.size()) : -1);
  }
  return pg::Rows(result);
}

TEST(RenderSites, ListsThemInTheirOrder) {
  EXPECT_EQ(render_sites(rows_of({{31, "Mill \"Lane\"", "12 Mill Lane"}, {34, "Warehouse", std::nullopt}})),
            R"({"items":[{"id":"31","name":"Mill \"Lane\"","address":"12 Mill Lane"},)"
            R"({"id":"34","name":"Warehouse","address":null}],"next_cursor":null})");
}

TEST(RenderSites, NoSitesAreAnEmptyList) { EXPECT_EQ(render_sites(rows_of({})), R"({"items":[],"next_cursor":null})"); }

}  // namespace
}  // namespace portal::features
