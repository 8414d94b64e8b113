// Gives blocks of the heap back by their address alone: for objects of the application that were
// handed memory of unknown origin to own.
//
// Any thread, at any time. No heap comes to life here: before the process has one, no address is a
// block of it.
#pragma once

#include "memory/heap.h"

namespace openmatrix {

// Makes `heap` the one that is asked. REQUIRES: it lives for ever.
void SetBlockHeap(Heap* heap);

// True if the address belongs to the heap, live or not.
bool IsHeapAddress(const void* address) noexcept;

// Releases the block at `address`, whatever its family. False if the address is not the heap's.
// An address of the heap that is not the start of a live block is logged, and true is answered:
// nobody else may free it either.
bool ReturnBlock(void* address) noexcept;

}  // namespace openmatrix
