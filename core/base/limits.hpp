// Every limit on input from outside, by name. Each has a test that reaches it. Sizes are bytes unless the name says
// otherwise.
#pragma once

#include <cstddef>
#include <cstdint>

namespace portal::limits {

inline constexpr std::size_t kBodyBytes = 1024 * 1024;  // SECURITY R41
inline constexpr std::size_t kJsonDepth = 32;           // SECURITY R41; arrays and objects inside each other
// jansson needs some forty bytes for a value that may take two in the text; this bounds what a body can cost.
inline constexpr std::size_t kJsonValues = 20'000;

// Of one import.
inline constexpr std::int64_t kImportBytes = 16 * 1024 * 1024;
inline constexpr std::int64_t kImportLines = 10'000;
inline constexpr std::size_t kImportLineBytes = 256 * 1024;
inline constexpr std::size_t kImportErrors = 1000;  // that are told
// Whose lines a worker holds in memory, some three times kImportBytes each; bodies of others wait in files.
inline constexpr int kImportsAtOnce = 1;

inline constexpr std::size_t kFieldErrors = 32;        // entries of `errors` in one answer
inline constexpr std::size_t kReportedNameBytes = 64;  // of a client's own member name that is sent back in a pointer

inline constexpr std::size_t kQueryBytes = 4096;
inline constexpr std::size_t kQueryParameters = 32;

inline constexpr std::size_t kCookieHeaderBytes = 16 * 1024;  // all Cookie headers of a request together
inline constexpr std::size_t kCookies = 128;
inline constexpr std::size_t kSetCookieBytes = 4096;  // SECURITY R19

inline constexpr std::size_t kReturnAddressBytes = 2048;  // where somebody is led back to after signing in

inline constexpr std::size_t kMediaTypeBytes = 256;
inline constexpr std::size_t kHeaderParameters = 8;      // of one Content-Type or Content-Disposition
inline constexpr std::size_t kDispositionBytes = 4096;   // 300 characters, escaped
inline constexpr std::size_t kFileNameCharacters = 300;  // of an upload; as the columns

// Of multipart/form-data (SECURITY R41).
inline constexpr std::size_t kParts = 20;
inline constexpr std::size_t kPartNameBytes = 64;
inline constexpr std::size_t kPartHeaderBytes = 4096;        // all headers of a part together
inline constexpr std::size_t kPartTextBytes = 64 * 1024;     // of a part that is no file
inline constexpr std::size_t kBoundaryPaddingBytes = 64;     // blanks behind a boundary, and the line's end
inline constexpr std::size_t kMultipartPaddingBytes = 1024;  // before the first boundary and after the last

inline constexpr std::int64_t kDocumentBytes = 100 * 1024 * 1024;  // of one document
inline constexpr std::int64_t kLogoBytes = 5 * 1024 * 1024;        // as it is sent in
inline constexpr std::uint64_t kLogoPixels = 50'000'000;           // SECURITY R46
inline constexpr int kUploadsAtOnce = 4;                           // that a worker copies; others wait a moment
inline constexpr std::size_t kFileNameBytes = 240;  // under which a browser saves; file systems end at 255

inline constexpr std::size_t kStreamsPerMember = 10;  // open event streams, in one worker
inline constexpr std::size_t kStreamJobs = 4;         // ids that wait for one of them; beyond, "jobs" without an id

inline constexpr std::size_t kCursorBytes = 128;  // the text that travels
inline constexpr std::size_t kKeysetValues = 8;

inline constexpr std::size_t kPersonNameCharacters = 50;  // as the columns
inline constexpr std::size_t kJobTitleCharacters = 100;
inline constexpr std::size_t kPhoneCharacters = 50;
inline constexpr std::size_t kOrganisationNameCharacters = 5000;
inline constexpr std::size_t kSiteNameCharacters = 300;
inline constexpr std::size_t kPostalAddressCharacters = 1000;
inline constexpr std::size_t kExternalIdCharacters = 255;
inline constexpr std::size_t kContactsAtOnce = 20;  // that come with a new client
inline constexpr std::size_t kInvitationsAtOnce = 500;
inline constexpr std::size_t kClientRows = 2000;  // of a table of clients, in one request
inline constexpr std::size_t kWorkRequestSubjectCharacters = 200;
inline constexpr std::size_t kWorkRequestNotesCharacters = 4000;
inline constexpr std::size_t kWorkRequestReplyCharacters = 2000;
inline constexpr std::int32_t kWorkRequestsPerDay = 20;     // of one membership, in 24 hours
inline constexpr std::int32_t kWorkRequestDaysAhead = 730;  // that may be wished for
inline constexpr std::size_t kStaffNotices = 20;            // mails to staff about one thing that a member did
inline constexpr std::size_t kQuoteReasonCharacters = 2000;
inline constexpr std::size_t kQuoteDescriptionCharacters = 15'000;
inline constexpr std::int32_t kQuoteDecisionsPerDay = 20;  // of one membership, in 24 hours
inline constexpr std::size_t kEmailBytes = 254;            // RFC 5321 section 4.5.3.1.3, without the angle brackets
inline constexpr std::size_t kIdempotencyKeyBytes = 200;
inline constexpr std::size_t kRepeatableRouteBytes = 200;  // as much of a path as is kept of a request that may repeat

inline constexpr std::size_t kTokenTextBytes = 256;  // what a client may send as a token; ours are shorter

// Mails with a link to choose a new password, or to confirm an address, for one login (SECURITY R54).
inline constexpr std::int32_t kResetMailsPerHour = 5;
inline constexpr std::int32_t kResetMailsPerDay = 10;

inline constexpr std::size_t kPasswordListEntries =
    5'000'000;                                          // of the operator's list; 8 bytes each, shared by the workers
inline constexpr std::size_t kPasswordBytes = 1024;     // SECURITY R01
inline constexpr std::size_t kPasswordHashBytes = 512;  // PHC text
// A stored hash that asks for more than this is damaged; it must not take the memory of the machine.
inline constexpr std::uint32_t kPasswordMemoryKib = 256 * 1024;
inline constexpr std::uint32_t kPasswordIterations = 16;
inline constexpr std::uint32_t kPasswordLanes = 4;

// Consecutive failures: `free` of them, then one after each delay, which doubles; never more than `in_all`.
struct Failures {
  std::uint32_t free;
  std::uint32_t first_delay_seconds;
  std::uint32_t longest_delay_seconds;
  std::uint32_t in_all;
};

// So many at once, and then one more each time.
struct Rate {
  std::uint32_t at_once;
  std::uint32_t seconds_for_one;
};

// Tries with a wrong password, by login, and besides for each device on which the login has succeeded (SECURITY R06).
inline constexpr Failures kLoginFailures{
    .free = 10, .first_delay_seconds = 15 * 60, .longest_delay_seconds = 24 * 60 * 60, .in_all = 100};
// Wrong passwords and unknown links from one address, of whatever accounts: at most 30 in any 15 minutes.
inline constexpr Rate kAddressFailures{.at_once = 20, .seconds_for_one = 90};
// Wrong passwords in one account: at most 600 in any 15 minutes. Over it, only addresses with failures wait.
inline constexpr Rate kAccountFailures{.at_once = 300, .seconds_for_one = 3};
// Whatever an address sends that is no reading and needs no session. An office may stand behind one address.
inline constexpr Rate kAddressVisits{.at_once = 300, .seconds_for_one = 1};
// Messages that somebody without a session asks for, by address (SECURITY R54).
inline constexpr Rate kAddressMessages{.at_once = 20, .seconds_for_one = 90};

inline constexpr std::uint32_t kThrottleWindowSeconds = 15 * 60;  // what hosts count together of addresses and accounts
inline constexpr std::size_t kWaitingThrottleNews = 256;          // failures that other hosts are still to hear of

inline constexpr std::size_t kKeyFileBytes = 64 * 1024;
inline constexpr std::size_t kKeyIdBytes = 32;
inline constexpr std::size_t kSealedBytes = 1024 * 1024;  // plaintext that is encrypted at rest

inline constexpr std::size_t kRedisReplyBytes = 64 * 1024;  // the portal asks for nothing that is longer

}  // namespace portal::limits
