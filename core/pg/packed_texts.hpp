// Texts as the elements of an array are sent, one behind the other, so that very many of them are written once.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace portal::pg {

class PackedTexts {
 public:
  // Throws std::length_error for a text of more than 2 GiB.
  void push_back(std::string_view text);
  std::size_t count() const { return count_; }
  bool empty() const { return count_ == 0; }
  // Each with its length in front: 4 bytes, the most significant first.
  std::string_view bytes() const { return bytes_; }
  // The same without those that are marked: as many marks as texts.
  PackedTexts without(const std::vector<bool>& marked) const;

 private:
  std::string bytes_;
  std::size_t count_ = 0;
};

}  // namespace portal::pg
