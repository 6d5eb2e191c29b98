#include "features/registry.hpp"
#include "http/method.hpp"
#include "portalctl/commands.hpp"

namespace portal::portalctl {
namespace {

std::string_view name_of(edge::Audience audience) {
  switch (audience) {
    case edge::Audience::kMember:
      return "member";
    case edge::Audience::kStaff:
      return "staff";
    case edge::Audience::kKey:
      return "key";
    case edge::Audience::kAnyone:
      break;
  }
  return "anyone";
}

Cell role_of(const edge::Route& route) {
  return route.audience == edge::Audience::kStaff ? text_cell(access::name_of(route.at_least)) : Cell();
}

Cell scope_of(const edge::Route& route) { return route.scope ? text_cell(access::name_of(*route.scope)) : Cell(); }

}  // namespace

void add_routes_command(CLI::App& app, Invocation& invocation) {
  CLI::App* routes = app.add_subcommand("routes", "List the operations of the API and who may ask for them");
  add_json_option(*routes, invocation);
  routes->callback([&invocation] {
    invocation.action = [&invocation]() -> Outcome<void> {
      Table table({"method", "path", "operation", "audience", "any_of", "at_least", "scope"});
      for (const edge::Route& route : features::routes())
        table.add({text_cell(http::name_of(route.method)), "/api/v1" + std::string(route.path),
                   text_cell(route.operation), text_cell(name_of(route.audience)), list_cell(route.any_of.names()),
                   role_of(route), scope_of(route)});
      table.print(invocation.format);
      return {};
    };
  });
}

}  // namespace portal::portalctl
