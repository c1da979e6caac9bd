#include "reconciler/git/openpgp_armor.h"

#include "render/base/text.h"

#include <cstdint>

namespace flotilla::git {
namespace {

constexpr std::string_view begin_mark = "-----BEGIN ";

std::uint32_t crc24(std::string_view bytes) {
  std::uint32_t crc = 0xb704ceU;
  for (const char byte : bytes) {
    crc ^= static_cast<std::uint32_t>(static_cast<unsigned char>(byte)) << 16U;
    for (int i = 0; i < 8; ++i) {
      crc <<= 1U;
      if ((crc & 0x1000000U) != 0) crc ^= 0x1864cfbU;
    }
  }
  return crc & 0xffffffU;
}

// What stands between the marks: headers, an empty line, base64, and perhaps "=" and a checksum.
std::optional<std::string> block(const std::vector<std::string>& lines) {
  std::size_t at = 0;
  while (at < lines.size() && lines[at].find(": ") != std::string::npos) ++at;
  std::string base64;
  std::string checksum;
  for (; at < lines.size(); ++at) {
    if (!checksum.empty() && !lines[at].empty()) return std::nullopt;
    if (lines[at].starts_with('='))
      checksum = lines[at].substr(1);
    else
      base64 += lines[at];
  }
  auto bytes = base64_decode(base64);
  if (!bytes || bytes->empty()) return std::nullopt;
  if (checksum.empty()) return bytes;
  const auto sum = base64_decode(checksum);
  if (!sum || sum->size() != 3) return std::nullopt;
  std::uint32_t wanted = 0;
  for (const char byte : *sum) wanted = wanted << 8U | static_cast<unsigned char>(byte);
  if (crc24(*bytes) != wanted) return std::nullopt;
  return bytes;
}

class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : rest_(bytes) {}
  bool at_end() const { return rest_.empty(); }
  std::optional<std::size_t> number(std::size_t size) {
    if (rest_.size() < size) return std::nullopt;
    std::size_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
      value = value << 8U | static_cast<unsigned char>(rest_[i]);
    rest_.remove_prefix(size);
    return value;
  }
  bool skip(std::optional<std::size_t> size) {
    if (!size || *size > rest_.size()) return false;
    rest_.remove_prefix(*size);
    return true;
  }

 private:
  std::string_view rest_;
};

// Lengths in parts are for data that keys and signatures do not hold.
std::optional<std::size_t> new_length(Bytes& bytes) {
  const auto first = bytes.number(1);
  if (!first || *first < 192) return first;
  if (*first == 255) return bytes.number(4);
  if (*first >= 224) return std::nullopt;
  const auto second = bytes.number(1);
  if (!second) return std::nullopt;
  return ((*first - 192) << 8U) + *second + 192;
}

}  // namespace

std::optional<std::string> openpgp_dearmored(std::string_view text, std::string_view name) {
  const std::string begin = std::string(begin_mark) + std::string(name) + "-----";
  const std::string end = "-----END " + std::string(name) + "-----";
  std::string all;
  std::vector<std::string> lines;
  bool inside = false;
  for (const std::string& untrimmed : split(text, '\n')) {
    std::string line(trim(untrimmed));
    if (!inside && line == begin) {
      inside = true;
      lines.clear();
    } else if (inside && line == end) {
      const auto bytes = block(lines);
      if (!bytes) return std::nullopt;
      all += *bytes;
      inside = false;
    } else if (line.starts_with(begin_mark)) {
      return std::nullopt;
    } else if (inside) {
      lines.push_back(std::move(line));
    }
  }
  if (inside || all.empty()) return std::nullopt;
  return all;
}

std::optional<std::vector<int>> openpgp_packets(std::string_view text) {
  std::vector<int> kinds;
  Bytes bytes(text);
  while (!bytes.at_end()) {
    const std::size_t header = *bytes.number(1);
    if ((header & 0x80U) == 0) return std::nullopt;
    const bool is_new = (header & 0x40U) != 0;
    const std::size_t size_type = header & 0x03U;
    if (!is_new && size_type == 3) return std::nullopt;
    kinds.push_back(static_cast<int>(is_new ? header & 0x3fU : header >> 2U & 0x0fU));
    if (!bytes.skip(is_new ? new_length(bytes) : bytes.number(std::size_t{1} << size_type)))
      return std::nullopt;
  }
  return kinds;
}

}  // namespace flotilla::git
