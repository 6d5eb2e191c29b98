#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <thread>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "json/scanner.hpp"
#include "portalctl/commands.hpp"
#include "portalctl/import_file.hpp"
#include "portalctl/portal_to_feed.hpp"
#include "portalctl/progress.hpp"
#include "portalctl/text.hpp"
#include "send/put.hpp"
#include "send/transfer.hpp"

namespace portal::portalctl {
namespace {

// Large enough that a request costs little beside its lines, and small enough that not much is sent again.
constexpr std::int64_t kPieceLines = 5000;
constexpr std::size_t kPieceBytes = 8UL * 1024 * 1024;
static_assert(kPieceLines <= limits::kImportLines &&
              kPieceBytes + limits::kImportLineBytes < std::size_t{limits::kImportBytes});
constexpr int kTries = 6;
// Kinds whose lines each name a file that is sent on its own: {"external_id", "file"}, of jobs "field" and perhaps
// "position" and "name" besides.
constexpr const char* kDocumentFiles = "document-files";
constexpr const char* kJobFiles = "job-files";
constexpr const char* kInvoiceFiles = "invoice-files";
constexpr const char* kQuoteFiles = "quote-files";
constexpr std::size_t kShownErrors = 20;

struct Options {
  std::string file;
  std::string kind;
  std::string url;
  std::string key_file;
  std::string ca_file;
  bool lines = false;
  bool from_the_beginning = false;
};

struct Totals {
  FeedTotals fed;
  std::int64_t wrong_lines = 0;
};

// What is wrong with which line of the file, on standard error.
void show_errors(std::string_view body, std::int64_t first_line) {
  const std::optional<std::string_view> errors = json::find_member(body, "errors");
  if (!errors) return;
  json::ArrayScanner scanner(*errors);
  std::size_t shown = 0;
  while (const std::optional<std::string_view> error = scanner.next()) {
    if (++shown > kShownErrors) {
      fmt::print(stderr, "portalctl: ... and more.\n");
      return;
    }
    fmt::print(stderr, "portalctl: line {}: {} {}\n", first_line - 1 + number_of(*error, "line"),
               text_of(*error, "pointer"), text_of(*error, "code"));
  }
}

Outcome<outside::HttpAnswer> send(const outside::PutRequest& request) {
  std::string why;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    Result<outside::HttpAnswer> answer = outside::put(request);
    if (answer && answer->status != 503 && answer->status != 429) return std::move(*answer);
    why = answer ? fmt::format("the portal answers {} ({})", answer->status, text_of(answer->body, "code"))
                 : answer.error().log_detail;
    // Sending the same again does no harm, whatever became of it.
    const std::int64_t asked = answer ? answer->retry_after_seconds : 0;
    if (attempt + 1 < kTries)
      std::this_thread::sleep_for(std::chrono::seconds(std::clamp<std::int64_t>(asked, 1LL << attempt, 120)));
  }
  return failed(fmt::format("The portal could not be fed: {}. The same command goes on from here.", why));
}

// The totals so far grow by what the portal made of one piece.
Outcome<void> feed(const outside::PutRequest& request, std::int64_t first_line, Totals& totals) {
  const Outcome<outside::HttpAnswer> answer = send(request);
  if (!answer) return failed(answer.error());
  if (answer->status != 200) {
    show_errors(answer->body, first_line);
    const std::string code = text_of(answer->body, "code");
    return failed(
        code == "import_refused"
            ? fmt::format("Lines from {} on are wrong, and none of their piece was taken. Once they are mended, "
                          "feed the file again; with --lines what is right is taken.",
                          first_line)
            : fmt::format("The portal answers {} ({}).", answer->status, code));
  }
  show_errors(answer->body, first_line);
  totals.fed.add(answer->body);
  totals.wrong_lines += number_of(answer->body, "wrong_lines");
  return {};
}

Outcome<void> feed_all(ImportFile& file, const outside::PutRequest& request, Totals& totals) {
  Progress progress("bytes", std::max<std::int64_t>(file.size(), 1));
  progress.reach(file.position());
  for (;;) {
    const Outcome<ImportFile::Piece> piece = file.next(kPieceLines, kPieceBytes);
    if (!piece) return failed(piece.error());
    if (piece->lines.empty()) return {};
    outside::PutRequest next = request;
    next.body = piece->lines;
    if (Outcome<void> fed = feed(next, piece->first_line, totals); !fed) return fed;
    if (Outcome<void> noted = file.note_done(); !noted) return noted;
    progress.reach(file.position());
  }
}

std::string encoded(std::string_view text) {
  std::string result;
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    const bool is_plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                          (byte >= 'a' && byte <= 'z') || byte == '-' || byte == '_' || byte == '.' || byte == '~';
    result += is_plain ? std::string(1, letter) : fmt::format("%{:02X}", byte);
  }
  return result;
}

Outcome<std::string> read_bytes(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  if (!stream) return failed(fmt::format("{} cannot be read.", path.string()));
  return bytes;
}

// Where the file of one line goes; what the line says wrong the portal tells.
std::string address_of(const std::string& url, const Options& options, std::string_view line,
                       const std::filesystem::path& file) {
  const std::string external_id = encoded(text_of(line, "external_id"));
  if (options.kind == kDocumentFiles)
    return fmt::format("{}/api/v1/import/documents/content?external_id={}", url, external_id);
  if (options.kind == kInvoiceFiles)
    return fmt::format("{}/api/v1/import/invoices/content?external_id={}", url, external_id);
  if (options.kind == kQuoteFiles)
    return fmt::format("{}/api/v1/import/quotes/content?external_id={}", url, external_id);
  const std::string name = text_of(line, "name");
  return fmt::format("{}/api/v1/import/jobs/files?external_id={}&field={}&position={}&name={}", url, external_id,
                     encoded(text_of(line, "field")), std::max<std::int64_t>(number_of(line, "position"), 1),
                     encoded(name.empty() ? file.filename().string() : name));
}

// One after the other; an earlier run that was interrupted has sent those before.
Outcome<void> send_files(ImportFile& list, const std::string& url, const outside::PutRequest& request,
                         const Options& options, Totals& totals) {
  Progress progress("bytes", std::max<std::int64_t>(list.size(), 1));
  for (;;) {
    progress.reach(list.position());
    const Outcome<ImportFile::Piece> piece = list.next(1, limits::kImportLineBytes);
    if (!piece) return failed(piece.error());
    if (piece->lines.empty()) return {};
    if (!trimmed(piece->lines).empty()) {
      // Where a name is not absolute, it is beside the list.
      const std::filesystem::path path =
          std::filesystem::path(options.file).parent_path() / text_of(piece->lines, "file");
      const Outcome<std::string> bytes = read_bytes(path);
      outside::PutRequest next = request;
      std::string why;
      if (bytes) {
        next.url = address_of(url, options, piece->lines, path);
        next.body = *bytes;
        const Outcome<outside::HttpAnswer> answer = send(next);
        if (!answer) return failed(answer.error());
        if (answer->status != 200)
          why = fmt::format("the portal answers {} ({})", answer->status, text_of(answer->body, "code"));
      } else {
        why = bytes.error().sentence;
      }
      if (why.empty()) ++totals.fed.updated;
      if (!why.empty()) {
        ++totals.wrong_lines;
        fmt::print(stderr, "portalctl: line {}: {}\n", piece->first_line, why);
        if (!options.lines) return failed("Once it is mended, the same command goes on from here.");
      }
    }
    if (Outcome<void> noted = list.note_done(); !noted) return noted;
  }
}

void print(const Invocation& invocation, const Totals& totals) {
  if (invocation.format == Format::kJson) {
    json::Writer writer;
    totals.fed.write(writer.begin_object());
    print_json(writer.member("wrong_lines", totals.wrong_lines).end_object());
    return;
  }
  print_line(fmt::format("{}, {} wrong.", totals.fed.to_text(), totals.wrong_lines));
}

Outcome<void> import(const Invocation& invocation, const Options& options) {
  const Outcome<PortalToFeed> portal = open_portal(options.url, options.key_file, options.ca_file);
  if (!portal) return failed(portal.error());
  const std::string& url = portal->url;
  Outcome<ImportFile> file = ImportFile::open(options.file, fmt::format("{} {}", options.kind, url));
  if (!file) return failed(file.error());
  if (options.from_the_beginning && file->goes_on()) {
    file->forget();
    file = ImportFile::open(options.file, fmt::format("{} {}", options.kind, url));
    if (!file) return failed(file.error());
  }
  if (file->goes_on())
    fmt::print(stderr, "portalctl: An earlier import of this file came {} % of the way; this one goes on from there.\n",
               file->position() * 100 / std::max<std::int64_t>(file->size(), 1));
  outside::prepare_network();
  const bool are_files = options.kind == kDocumentFiles || options.kind == kJobFiles || options.kind == kInvoiceFiles ||
                         options.kind == kQuoteFiles;
  const outside::PutRequest request{
      .url = fmt::format("{}/api/v1/import/{}{}", url, options.kind, options.lines ? "?mode=lines" : ""),
      .bearer = portal->bearer,
      .media_type = are_files ? "application/octet-stream" : "application/x-ndjson",
      .body = {},
      .ca_file = portal->ca_file,
      .gives_up = {}};
  Totals totals;
  if (Outcome<void> fed =
          are_files ? send_files(*file, url, request, options, totals) : feed_all(*file, request, totals);
      !fed)
    return fed;
  file->forget();
  print(invocation, totals);
  if (totals.wrong_lines == 0) return {};
  return failed(fmt::format("{} lines were wrong and left out.", totals.wrong_lines));
}

}  // namespace

void add_import_command(CLI::App& app, Invocation& invocation) {
  CLI::App* command =
      app.add_subcommand("import", "Feed a file of lines (NDJSON) to a portal, in pieces, over its API");
  const auto options = std::make_shared<Options>();
  command->add_option("file", options->file, "one JSON object on each line")->required();
  command
      ->add_option("--kind", options->kind,
                   "clients, sites, contacts, workers, teams, fields, templates, jobs, documents, positions, "
                   "invoices or quotes; document-files, job-files, invoice-files, quote-files: each line names a file "
                   "to be sent")
      ->required()
      ->check(
          CLI::IsMember({"clients", "sites", "contacts", "workers", "teams", "fields", "templates", "jobs", "documents",
                         "positions", "invoices", "quotes", kDocumentFiles, kJobFiles, kInvoiceFiles, kQuoteFiles}));
  command->add_option("--url", options->url, "the portal's address, such as https://portal.example.com")->required();
  command->add_option("--key-file", options->key_file, "a file with the API key, readable by its owner alone")
      ->required();
  command->add_option("--ca-file", options->ca_file, "who is believed about certificates (default: the system's)");
  command->add_flag("--lines", options->lines, "take what is right of each piece, and say what is wrong");
  command->add_flag("--from-the-beginning", options->from_the_beginning,
                    "also where an earlier import of this file was interrupted");
  add_json_option(*command, invocation);
  command->callback(
      [&invocation, options] { invocation.action = [&invocation, options] { return import(invocation, *options); }; });
}

}  // namespace portal::portalctl
