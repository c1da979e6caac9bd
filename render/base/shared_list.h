#pragma once

#include <cstddef>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace flotilla {

// A list of values that are shared with other lists and never change: copying it copies pointers.
// Reads like a vector of T.
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
    explicit Iterator(typename std::vector<Pointer>::const_iterator at) : at_(at) {}
    const T& operator*() const { return **at_; }
    const T* operator->() const { return at_->get(); }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    Iterator operator++(int) { return Iterator(at_++); }
    bool operator==(const Iterator&) const = default;

   private:
    typename std::vector<Pointer>::const_iterator at_;
  };

  Iterator begin() const { return Iterator(pointers_.begin()); }
  Iterator end() const { return Iterator(pointers_.end()); }
  std::size_t size() const { return pointers_.size(); }
  bool empty() const { return pointers_.empty(); }
  const T& operator[](std::size_t i) const { return *pointers_[i]; }
  const T& front() const { return *pointers_.front(); }
  void clear() { pointers_.clear(); }
  void push_back(T value) { pointers_.push_back(std::make_shared<const T>(std::move(value))); }
  void push_back(Pointer value) { pointers_.push_back(std::move(value)); }

  std::vector<Pointer>& pointers() { return pointers_; }
  const std::vector<Pointer>& pointers() const { return pointers_; }

 private:
  std::vector<Pointer> pointers_;
};

}  // namespace flotilla
