// Any text is a template or is refused; what is a template renders within bounds, and a text without expressions
// renders as it is.

#include <cstddef>
#include <cstdint>
#include <string>

#include "gateway/plugins/text_template.h"
#include "tests/fuzz/demand.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t text_bytes_max = 4096;
  const std::string_view text(reinterpret_cast<const char*>(data), size < text_bytes_max ? size : text_bytes_max);
  std::string error;
  const auto made = plugins::TextTemplate::parse(text, error);
  demand(made.has_value() == error.empty());
  if (!made) return 0;
  plugins::Exchange exchange;
  exchange.request.host = "gw.test";
  exchange.request.headers.add("X-A", "1");
  exchange.query = "q=%41&flag&q=2";
  const auto rendered = made->render(exchange);
  if (text.find("$(") == std::string_view::npos) demand(made->constant() && rendered && *rendered == text);
  // The longest value looked up has seven octets, the shortest expression that names one more.
  if (rendered) demand(rendered->size() <= text.size() * 2);
  return 0;
}
