#pragma once

#include "overrides/overriders/containers.h"
#include "overrides/policy.h"

#include <optional>
#include <string>
#include <string_view>

namespace flotilla::overrides {

// An image reference, [host[:port]/]path[:tag][@digest], as Karmada splits it
// (karmada-semantics 16.3): the part before the first '/' is the host if it has a '.' or ':' or is
// "localhost". A digest beside a tag is dropped (quirk Q17).
struct Image {
  std::string host;
  std::string repository;
  std::string tag;
  std::string digest;
};
Result<Image> parse_image(std::string_view text);
std::string to_string(const Image& image);

enum class ImageComponent { registry, repository, tag };
enum class OverrideOp { add, remove, replace };

// One change to one image.
struct ImageChange {
  ImageComponent component = ImageComponent::registry;
  OverrideOp op = OverrideOp::replace;
  std::string value;
};
Result<std::string> change_image(std::string_view image, const ImageChange& change);

// An entry of imageOverrider (karmada-semantics 16.3); nullopt if it has an error. `reach` counts
// for an entry without a predicate.
std::optional<Overrider> read_image_overrider(const Json::Value& value, const Reading& reading,
                                              const ContainerReach& reach = {});

}  // namespace flotilla::overrides
