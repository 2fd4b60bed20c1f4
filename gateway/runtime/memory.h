#pragma once
// A configuration is much memory at once, and for a while there are two of them: what a load leaves behind goes back to the system.

namespace runtime {

// Before any thread starts: whatever is as large as a block of a document is mapped by itself, and so unmapped when it is freed.
void map_large_blocks();
// Returns the pages that are free within the heaps of all threads. Takes milliseconds after a large load; for the control thread.
void return_free_pages();

}  // namespace runtime
