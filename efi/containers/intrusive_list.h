// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace flint::efi {

/// What an object inherits to be a member of one list at a time. `Tag` tells
/// apart the lists that one object can be in.
template <typename Tag>
class ListNode {
 public:
  constexpr ListNode() = default;
  ListNode(const ListNode&) = delete;
  ListNode& operator=(const ListNode&) = delete;

  bool is_linked() const { return next_ != nullptr; }

  /// Leaves the list it is in, if any.
  void Unlink() {
    if (!is_linked()) return;
    previous_->next_ = next_;
    next_->previous_ = previous_;
    previous_ = nullptr;
    next_ = nullptr;
  }

 private:
  template <typename T, typename ListTag>
  friend class IntrusiveList;

  ListNode* previous_ = nullptr;
  ListNode* next_ = nullptr;
};

/// A doubly linked list of objects that live elsewhere. Inserting, removing and
/// stepping cost the same however long it is.
template <typename T, typename Tag = T>
class IntrusiveList final {
 public:
  constexpr IntrusiveList() {
    head_.previous_ = &head_;
    head_.next_ = &head_;
  }
  IntrusiveList(const IntrusiveList&) = delete;
  IntrusiveList& operator=(const IntrusiveList&) = delete;

  bool empty() const { return head_.next_ == &head_; }

  /// Null if the list is empty.
  T* front() const { return At(head_.next_); }
  T* back() const { return At(head_.previous_); }

  /// Null at either end.
  T* Next(const T& item) const { return At(NodeOf(item).next_); }
  T* Previous(const T& item) const { return At(NodeOf(item).previous_); }

  /// `item` must be in no list of this tag.
  void push_back(T& item) { Link(head_, item); }
  void push_front(T& item) { Link(*head_.next_, item); }
  void InsertBefore(T& position, T& item) { Link(position, item); }

  static void Remove(T& item) { static_cast<ListNode<Tag>&>(item).Unlink(); }

 private:
  using Node = ListNode<Tag>;

  static const Node& NodeOf(const T& item) { return item; }

  T* At(Node* node) const {
    return node == &head_ ? nullptr : static_cast<T*>(node);
  }

  static void Link(Node& before, Node& node) {
    node.previous_ = before.previous_;
    node.next_ = &before;
    before.previous_->next_ = &node;
    before.previous_ = &node;
  }

  Node head_;
};

}  // namespace flint::efi
