// Instead of sending: one file for each message, for the demo, for tests and for whoever hands mail on by other means.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/result.hpp"

namespace portal::outside {

// Appears under its name only when it is whole and on disk. Writing the same name again replaces it. 0600. kInternal
// when the folder cannot be written.
Result<void> write_message_file(const std::filesystem::path& folder, std::string_view name, std::string_view content);

}  // namespace portal::outside
