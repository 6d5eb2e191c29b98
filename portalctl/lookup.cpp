#include "portalctl/lookup.hpp"

#include <fmt/format.h>

#include "portalctl_sql/accounts.hpp"
#include "portalctl_sql/members.hpp"

namespace portal::portalctl {

Outcome<AccountRecord> find_account(Database& database, const std::string& slug) {
  auto answer = database.fetch<sql::FindAccountRow>(sql::find_account(slug));
  if (!answer) return failed(answer.error());
  if (answer->empty())
    return failed(fmt::format("There is no account \"{}\". portalctl account list shows all of them.", slug));
  const sql::FindAccountRow row = (*answer)[0];
  return AccountRecord{.account_id = row.account_id,
                       .name = std::string(row.name),
                       .origin = row.origin.transform([](auto text) { return std::string(text); }),
                       .default_language = row.default_language.transform([](auto text) { return std::string(text); }),
                       .has_visible_template = row.has_visible_template};
}

Outcome<ClientRecord> find_client(Database& database, std::int64_t account_id, const std::string& said) {
  auto answer = database.fetch<sql::FindClientsRow>(sql::find_clients(account_id, said));
  if (!answer) return failed(answer.error());
  if (answer->empty())
    return failed(
        fmt::format("The account has no client \"{}\". A client is named by its id, external id or name.", said));
  if (answer->size() > 1) {
    std::string ids;
    for (int index = 0; index < answer->size(); ++index)
      ids += fmt::format("{}{} ({})", index == 0 ? "" : ", ", (*answer)[index].client_id, (*answer)[index].name);
    return failed(fmt::format("Several clients are meant by \"{}\". Say which by its id: {}.", said, ids));
  }
  return ClientRecord{.client_id = (*answer)[0].client_id, .name = std::string((*answer)[0].name)};
}

Outcome<Scope> find_scope(Database& database, const std::string& slug, const std::string& client) {
  const Outcome<AccountRecord> account = find_account(database, slug);
  if (!account) return failed(account.error());
  Scope scope{.account_id = account->account_id, .client_id = std::nullopt};
  if (client.empty()) return scope;
  const Outcome<ClientRecord> found = find_client(database, account->account_id, client);
  if (!found) return failed(found.error());
  scope.client_id = found->client_id;
  return scope;
}

}  // namespace portal::portalctl
