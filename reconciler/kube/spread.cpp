#include "reconciler/kube/spread.h"

namespace flotilla::kube {

std::uint64_t mixed(std::string_view name, std::uint64_t count) {
  std::uint64_t hash = 0xCBF29CE484222325U;  // FNV-1a
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  hash ^= count * 0x9E3779B97F4A7C15U;
  // MurmurHash3's finalizer: neighbouring counts come out far apart.
  hash = (hash ^ (hash >> 33U)) * 0xFF51AFD7ED558CCDU;
  hash = (hash ^ (hash >> 33U)) * 0xC4CEB9FE1A85EC53U;
  return hash ^ (hash >> 33U);
}

std::chrono::milliseconds spread(std::chrono::milliseconds wait, std::string_view name, int count) {
  const auto permille =
      static_cast<std::int64_t>(mixed(name, static_cast<std::uint64_t>(count)) % 401U) + 800;
  return wait * permille / 1000;
}

}  // namespace flotilla::kube
