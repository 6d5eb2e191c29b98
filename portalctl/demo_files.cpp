#include "portalctl/demo_files.hpp"

#include <array>
#include <optional>

#include "portalctl/file_store.hpp"
#include "portalctl/text_file.hpp"
#include "portalctl_sql/demo.hpp"

namespace portal::portalctl {
namespace {

struct Sample {
  const char* file;
  const char* media_type;
  std::int64_t turn;
  std::int64_t turns;  // how many samples of the type there are
};

constexpr std::array kSamples = {
    Sample{"photo_1.jpg", "image/jpeg", 0, 3},     Sample{"photo_2.jpg", "image/jpeg", 1, 3},
    Sample{"photo_3.jpg", "image/jpeg", 2, 3},     Sample{"signature.png", "image/png", 0, 1},
    Sample{"report.pdf", "application/pdf", 0, 2}, Sample{"contract.pdf", "application/pdf", 1, 2},
};

}  // namespace

Outcome<void> fill_demo_files(Database& database, const Settings& settings, const std::filesystem::path& samples) {
  std::optional<FileStore> store;
  if (!settings.files.empty()) {
    Outcome<FileStore> opened = FileStore::open(settings);
    if (!opened) return failed(opened.error());
    store = std::move(*opened);
  }
  for (const Sample& sample : kSamples) {
    const Outcome<std::string> bytes = read_text_file(samples / sample.file);
    if (!bytes) return failed(bytes.error());
    const crypto::Digest hash = crypto::sha256(*bytes);
    const auto size = static_cast<std::int64_t>(bytes->size());
    if (Outcome<void> done =
            database.execute_all({sql::fill_job_files(sample.media_type, sample.turn, sample.turns, hash, size),
                                  sql::fill_documents(sample.media_type, sample.turn, sample.turns, hash, size),
                                  sql::fill_invoices(sample.media_type, sample.turn, sample.turns, hash, size),
                                  sql::fill_quotes(sample.media_type, sample.turn, sample.turns, hash, size)});
        !done)
      return done;
    if (!store) continue;
    const Outcome<files::Incoming> file = store->receive(samples / sample.file);
    if (!file) return failed(file.error());
    if (Outcome<void> kept = store->keep(*file); !kept) return kept;
  }
  return {};
}

}  // namespace portal::portalctl
