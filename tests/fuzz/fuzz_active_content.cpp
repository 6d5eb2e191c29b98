// PDF files: however they are cut, the same is found; and an action that is put behind anything in a stream of objects
// is found there.
#include "files/active_content.hpp"

#include <zlib.h>

#include <algorithm>
#include <string>

#include "require.hpp"

using namespace portal;

namespace {

bool scan(std::string_view file, std::size_t slice) {
  files::ActiveContentScan scan;
  for (std::size_t at = 0; at < file.size(); at += slice) scan.add(file.substr(at, slice));
  return scan.found();
}

std::string deflate(std::string_view text) {
  std::string packed(::compressBound(text.size()), '\0');
  uLongf size = packed.size();
  const int status = ::compress(reinterpret_cast<Bytef*>(packed.data()), &size,
                                reinterpret_cast<const Bytef*>(text.data()), text.size());
  fuzz::require(status == Z_OK, "zlib compresses");
  packed.resize(size);
  return packed;
}

std::string pdf_with(std::string_view dictionary, std::string_view packed) {
  std::string file = "%PDF-1.5\n7 0 obj\n<< /Type /ObjStm ";
  return file.append(dictionary).append(" >>\nstream\n").append(packed).append("\nendstream\nendobj\n");
}

std::string pdf_with_objects(std::string_view objects) {
  return pdf_with("/N 1 /First 4 /Filter /FlateDecode", deflate("1 0 " + std::string(objects)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = fuzz::as_text(data, size);
  const std::size_t slice = 1U + fuzz::take_byte(text);
  const bool found = scan(text, std::max<std::size_t>(text.size(), 1));
  fuzz::require(scan(text, slice) == found, "slices change nothing");
  fuzz::require(scan(text, 1) == found, "single bytes change nothing");

  const std::string file = pdf_with_objects(text);
  const bool in_objects = scan(file, slice);
  fuzz::require(in_objects == scan(file, file.size()), "slices of compressed objects change nothing");
  // What is behind the beginning of compressed objects is part of them.
  if (!text.contains("ObjStm") && !text.contains('#'))
    fuzz::require(scan(std::string(text) + "\n/JavaScript ", slice), "an action in the file is found");
  fuzz::require(scan(pdf_with_objects(std::string(text) + "\n/JavaScript "), slice),
                "an action in its objects is found");

  // However the dictionary goes on that says so.
  const std::string twice = "/Filter [/FlateDecode /FlateDecode] " + std::string(text);
  if (!text.contains("stream"))
    fuzz::require(scan(pdf_with(twice, deflate(deflate("1 0 /JavaScript "))), slice), "what is packed twice is found");
  return 0;
}
