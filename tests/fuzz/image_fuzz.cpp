#include "overrides/overriders/image.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

using namespace flotilla;
using namespace flotilla::overrides;

namespace {

void require(bool truth, const char* what) {
  if (truth) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

bool equal(const Image& a, const Image& b) {
  return a.host == b.host && a.repository == b.repository && a.tag == b.tag && a.digest == b.digest;
}

}  // namespace

// The input is an image, and behind a line break the value of a change. What is parsed prints as an
// image with the same parts, and every change gives some text or says why not.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view name = text.substr(0, text.find('\n'));
  const std::string value(text.substr(std::min(name.size() + 1, text.size())));
  const auto image = parse_image(name);
  if (image) {
    const std::string printed = to_string(*image);
    const auto again = parse_image(printed);
    require(again && equal(*again, *image), "a printed image reads back equal");
    require(image->digest.empty() || name == printed, "an image without a tag prints as it was");
  }
  for (const auto component :
       {ImageComponent::registry, ImageComponent::repository, ImageComponent::tag}) {
    for (const auto op : {OverrideOp::add, OverrideOp::remove, OverrideOp::replace}) {
      const auto changed = change_image(name, {component, op, value});
      require(changed.has_value() == image.has_value(), "an image that is read can be changed");
    }
  }
  return 0;
}
