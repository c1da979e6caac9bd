#pragma once

#include "render/base/chunked.h"

#include <cstddef>
#include <iterator>
#include <memory>
#include <utility>

namespace flotilla {

// A list of values that are shared with other lists and never change: copying it copies pointers to
// chunks. Reads like a vector of T.
template <class T>
class SharedList {
 public:
  using Pointer = std::shared_ptr<const T>;

  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = const T*;
    using reference = const T&;

    Iterator() = default;
    explicit Iterator(typename Chunked<Pointer>::Iterator at) : at_(at) {}
    const T& operator*() const { return **at_; }
    const T* operator->() const { return at_->get(); }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    Iterator operator++(int) { return Iterator(at_++); }
    bool operator==(const Iterator&) const = default;

   private:
    typename Chunked<Pointer>::Iterator at_;
  };

  Iterator begin() const { return Iterator(pointers_.begin()); }
  Iterator end() const { return Iterator(pointers_.end()); }
  std::size_t size() const { return pointers_.size(); }
  bool empty() const { return pointers_.empty(); }
  const T& operator[](std::size_t i) const { return *pointers_[i]; }
  const T& front() const { return *pointers_.front(); }
  void clear() { pointers_.clear(); }
  void push_back(T value) { pointers_.push_back(std::make_shared<const T>(std::move(value))); }

  Chunked<Pointer>& pointers() { return pointers_; }
  const Chunked<Pointer>& pointers() const { return pointers_; }

 private:
  Chunked<Pointer> pointers_;
};

}  // namespace flotilla
