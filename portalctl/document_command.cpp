#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "auth/email.hpp"
#include "base/utf8.hpp"
#include "files/media_type.hpp"
#include "portalctl/commands.hpp"
#include "portalctl/file_lock.hpp"
#include "portalctl/file_store.hpp"
#include "portalctl/lookup.hpp"
#include "portalctl/text.hpp"
#include "portalctl_sql/documents.hpp"

namespace portal::portalctl {
namespace {

constexpr std::size_t kNameLength = 300;  // as in the schema, in code points

struct Options {
  std::string account;
  std::string client;
  std::string file;
  std::optional<std::string> name;
  std::optional<std::string> external_id;
  std::vector<std::string> hidden_from;
  bool invisible = false;
  std::string document;
};

Outcome<std::string> name_of(const Options& options) {
  std::string name = trimmed(options.name.value_or(std::filesystem::path(options.file).filename().string()));
  const bool has_control = std::ranges::any_of(name, [](char character) {
    const auto byte = static_cast<unsigned char>(character);
    return byte < 0x20 || byte == 0x7F;
  });
  if (!find_text_fault(name, {.maximum = kNameLength}).empty() || has_control)
    return misused(fmt::format("A document's name has 1 to {} characters and stands in one line.", kNameLength));
  return name;
}

// All of them or none.
Outcome<std::int64_t> write_rows(Database& database, std::int64_t account_id, std::int64_t client_id,
                                 const Options& options, const std::string& name, const files::Content& file) {
  // The extension of the file itself: a name that somebody chose need not have one.
  const std::string_view media_type = files::detect_type(file.head, options.file);
  Outcome<Transaction> transaction = Transaction::begin(database);
  if (!transaction) return failed(transaction.error());
  auto created = database.fetch<sql::CreateDocumentRow>(sql::create_document(account_id, client_id, name, media_type,
                                                                             file.bytes, file.hash, !options.invisible,
                                                                             file.is_active, options.external_id));
  if (!created) return failed(created.error());
  if (created->empty()) return failed("The account has a document of this external id already.");
  const std::int64_t document_id = (*created)[0].document_id;
  for (const std::string& said : options.hidden_from) {
    const std::optional<std::string> email = auth::normalise_email(said);
    if (!email) return misused(fmt::format("\"{}\" is not an email address.", said));
    auto hidden = database.fetch<sql::HideDocumentRow>(sql::hide_document(account_id, document_id, *email));
    if (!hidden) return failed(hidden.error());
    if (hidden->empty()) return failed(fmt::format("The client has no member {}.", *email));
  }
  if (const Outcome<void> done = transaction->commit(); !done) return failed(done.error());
  return document_id;
}

Outcome<void> add(const Invocation& invocation, const Options& options) {
  const Outcome<std::string> name = name_of(options);
  if (!name) return failed(name.error());
  const Outcome<FileStore> store = FileStore::open(invocation.settings);
  if (!store) return failed(store.error());
  Outcome<Database> database = Database::connect(invocation.settings);
  if (!database) return failed(database.error());
  const Outcome<AccountRecord> account = find_account(*database, options.account);
  if (!account) return failed(account.error());
  const Outcome<ClientRecord> client = find_client(*database, account->account_id, options.client);
  if (!client) return failed(client.error());
  const Outcome<files::Incoming> received = store->receive(options.file);
  if (!received) return failed(received.error());
  const files::Content& file = received->content();
  if (file.is_broken_picture) return failed(fmt::format("{} begins as a picture and is none.", options.file));

  const Outcome<FileLock> lock = FileLock::take(*database);
  if (!lock) return failed(lock.error());
  if (Outcome<void> kept = store->keep(*received); !kept) return kept;
  const Outcome<std::int64_t> document_id =
      write_rows(*database, account->account_id, client->client_id, options, *name, file);
  if (!document_id) {
    // What was refused leaves nothing behind. If even that fails, doctor finds the file.
    [[maybe_unused]] const Outcome<bool> ignored = remove_unused(*database, *store, file.hash);
    return failed(document_id.error());
  }
  if (invocation.format == Format::kJson) {
    json::Writer writer;
    writer.begin_object().member("document_id", *document_id).member("name", *name);
    writer.member("media_type", files::detect_type(file.head, options.file)).member("size_bytes", file.bytes);
    writer.end_object();
    print_json(writer);
    return {};
  }
  print_line(fmt::format("Filed \"{}\" for {} as document {}, {}.", *name, client->name, *document_id,
                         files::detect_type(file.head, options.file)));
  return {};
}

Outcome<void> list(const Invocation& invocation, const Options& options) {
  Outcome<Database> database = Database::connect(invocation.settings);
  if (!database) return failed(database.error());
  const Outcome<Scope> scope = find_scope(*database, options.account, options.client);
  if (!scope) return failed(scope.error());
  auto answer = database->fetch<sql::ListDocumentsRow>(sql::list_documents(scope->account_id, scope->client_id));
  if (!answer) return failed(answer.error());
  Table table({"document_id", "client", "name", "media_type", "size_bytes", "is_visible", "hidden_from", "external_id",
               "created_at"});
  for (int index = 0; index < answer->size(); ++index) {
    const sql::ListDocumentsRow row = (*answer)[index];
    table.add({row.document_id, text_cell(row.client), text_cell(row.name), text_cell(row.media_type), row.size_bytes,
               row.is_visible, list_cell(row.hidden_from), text_cell(row.external_id), time_cell(row.created_at)});
  }
  table.print(invocation.format);
  return {};
}

struct DocumentRecord {
  std::int64_t document_id;
  std::string name;
};

Outcome<DocumentRecord> find_document(Database& database, std::int64_t account_id, const std::string& said) {
  auto answer = database.fetch<sql::FindDocumentsRow>(sql::find_documents(account_id, said));
  if (!answer) return failed(answer.error());
  if (answer->empty())
    return failed(
        fmt::format("The account has no document \"{}\". A document is named by its id, external id or name.", said));
  if (answer->size() > 1) {
    std::string ids;
    for (int index = 0; index < answer->size(); ++index)
      ids += fmt::format("{}{}", index == 0 ? "" : ", ", (*answer)[index].document_id);
    return failed(fmt::format("Several documents are meant by \"{}\". Say which by its id: {}.", said, ids));
  }
  return DocumentRecord{.document_id = (*answer)[0].document_id, .name = std::string((*answer)[0].name)};
}

Outcome<void> remove(const Invocation& invocation, const Options& options) {
  const Outcome<FileStore> store = FileStore::open(invocation.settings);
  if (!store) return failed(store.error());
  Outcome<Database> database = Database::connect(invocation.settings);
  if (!database) return failed(database.error());
  const Outcome<AccountRecord> account = find_account(*database, options.account);
  if (!account) return failed(account.error());
  const Outcome<DocumentRecord> document = find_document(*database, account->account_id, options.document);
  if (!document) return failed(document.error());

  const Outcome<FileLock> lock = FileLock::take(*database);
  if (!lock) return failed(lock.error());
  auto removed =
      database->fetch<sql::RemoveDocumentRow>(sql::remove_document(account->account_id, document->document_id));
  if (!removed) return failed(removed.error());
  if (removed->empty()) return failed("Somebody else has removed it meanwhile.");
  // One that another system has announced may have no bytes yet.
  const auto content_hash = (*removed)[0].content_hash;
  if (content_hash) {
    if (const Outcome<bool> done = remove_unused(*database, *store, *content_hash); !done) return failed(done.error());
  }
  print_line(fmt::format("Removed \"{}\".", document->name));
  return {};
}

// Digits of a SHA-256, and nothing for whatever else lies in the folder.
std::optional<crypto::Digest> hash_of(const std::string& name) {
  const std::optional<std::vector<std::uint8_t>> bytes = crypto::decode_hex(name);
  crypto::Digest hash{};
  if (!bytes || bytes->size() != hash.size()) return std::nullopt;
  std::ranges::copy(*bytes, hash.begin());
  return hash;
}

// Read once, so that nobody who uploads waits for a file that is in use.
Outcome<std::set<crypto::Digest>> known_hashes(Database& database) {
  auto rows = database.fetch<sql::ListKnownFilesRow>(sql::list_known_files());
  if (!rows) return failed(rows.error());
  std::set<crypto::Digest> known;
  for (int index = 0; index < rows->size(); ++index) {
    crypto::Digest hash{};
    std::ranges::copy((*rows)[index].content_hash, hash.begin());
    known.insert(hash);
  }
  return known;
}

// What was taken away through the portal, and what an end in the middle of something has left.
Outcome<void> sweep(const Invocation& invocation) {
  const Outcome<FileStore> store = FileStore::open(invocation.settings);
  if (!store) return failed(store.error());
  Outcome<Database> database = Database::connect(invocation.settings);
  if (!database) return failed(database.error());
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(store->folder(), error)) {
    if (is_settled(entry)) files.push_back(entry.path());
  }
  if (error) return failed(fmt::format("{} cannot be read: {}.", store->folder().string(), error.message()));
  const Outcome<std::set<crypto::Digest>> known = known_hashes(*database);
  if (!known) return failed(known.error());
  std::int64_t removed = 0;
  for (const std::filesystem::path& file : files) {
    const std::string name = file.filename().string();
    if (const std::optional<crypto::Digest> hash = hash_of(name)) {
      if (known->contains(*hash)) continue;
      const Outcome<bool> done = lock_and_remove_unused(*database, *store, *hash);
      if (!done) return failed(done.error());
      if (*done) ++removed;
    } else if (name.starts_with(".incoming-") && std::filesystem::remove(file, error)) {
      ++removed;
    }
  }
  print_line(fmt::format("Removed {} {} that belonged to nothing.", removed, removed == 1 ? "file" : "files"));
  return {};
}

}  // namespace

void add_document_command(CLI::App& app, Invocation& invocation) {
  CLI::App* document = add_group(app, "document", "What is filed for a client, for its members to see");
  const auto options = std::make_shared<Options>();

  CLI::App* add_command = document->add_subcommand("add", "File a document for a client");
  add_command->add_option("file", options->file, "the file; it is copied")->required();
  add_command->add_option("--account", options->account, "the account's slug")->required();
  add_command->add_option("--client", options->client, "the client's id, external id or name")->required();
  add_command->add_option("--name", options->name, "what members read (default: the file's name)");
  add_command->add_option("--external-id", options->external_id, "the document's id in another system");
  add_command
      ->add_option("--hidden-from", options->hidden_from,
                   "email of a member of the client who must not see it; may be repeated")
      ->allow_extra_args(false);
  add_command->add_flag("--invisible", options->invisible, "no member sees it");
  add_files_option(*add_command, invocation);
  add_database_options(*add_command, invocation);
  add_json_option(*add_command, invocation);
  add_command->callback(
      [&invocation, options] { invocation.action = [&invocation, options] { return add(invocation, *options); }; });

  CLI::App* list_command = document->add_subcommand("list", "List documents");
  add_scope_options(*list_command, options->account, options->client);
  add_database_options(*list_command, invocation);
  add_json_option(*list_command, invocation);
  list_command->callback(
      [&invocation, options] { invocation.action = [&invocation, options] { return list(invocation, *options); }; });

  CLI::App* sweep_command =
      document->add_subcommand("sweep", "Remove files, an hour old and more, that belong to nothing any more");
  add_files_option(*sweep_command, invocation);
  add_database_options(*sweep_command, invocation);
  sweep_command->callback([&invocation] { invocation.action = [&invocation] { return sweep(invocation); }; });

  CLI::App* remove_command = document->add_subcommand("remove", "Remove a document, and its file when no other has it");
  remove_command->add_option("document", options->document, "its id, external id or name")->required();
  remove_command->add_option("--account", options->account, "the account's slug")->required();
  add_files_option(*remove_command, invocation);
  add_database_options(*remove_command, invocation);
  remove_command->callback(
      [&invocation, options] { invocation.action = [&invocation, options] { return remove(invocation, *options); }; });
}

}  // namespace portal::portalctl
