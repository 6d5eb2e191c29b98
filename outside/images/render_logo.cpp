#include "images/render_logo.hpp"

#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

// Asks for <cstdio> before it.
#include <jpeglib.h>
#include <png.h>

#include "base/limits.hpp"
#include "files/image_header.hpp"

namespace portal::outside {
namespace {

[[maybe_unused]] constexpr rlim_t kMemoryBytes =
    rlim_t{448} * 1024 * 1024;  // an interlaced PNG of 50 megapixels lies in memory whole
constexpr rlim_t kSeconds = 20;
constexpr rlim_t kOutputBytes = rlim_t{4} * 1024 * 1024;
constexpr int kQuality = 88;
constexpr int kChannels = 4;  // red, green, blue, opacity

// No way back is needed, and so none that could go wrong: both libraries end the process from wherever they are.
[[noreturn]] void refuse() noexcept { ::_exit(std::to_underlying(RenderExit::kRefused)); }

void bound_process() noexcept {
  const auto bound = [](__rlimit_resource_t resource, rlim_t most) {
    const rlimit limit{.rlim_cur = most, .rlim_max = most};
    if (::setrlimit(resource, &limit) != 0) refuse();
  };
#if !__has_feature(address_sanitizer)
  bound(RLIMIT_AS, kMemoryBytes);
#endif
  bound(RLIMIT_CPU, kSeconds);
  bound(RLIMIT_FSIZE, kOutputBytes);
  bound(RLIMIT_CORE, 0);
  bound(RLIMIT_NOFILE, 3);
  ::prctl(PR_SET_DUMPABLE, 0);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

// Rows of a picture go in, a smaller picture comes out: each of its pixels is the mean of those that fall onto it.
// Colours count as far as they are opaque, so that what is behind nothing does not shine through.
class Reducer {
 public:
  Reducer(std::uint32_t width, std::uint32_t height) : from_width_(width), from_height_(height) {
    std::uint64_t shown_width = width;
    std::uint64_t shown_height = height;
    if (shown_width > kLogoWidth) {
      shown_height = shown_height * kLogoWidth / shown_width;
      shown_width = kLogoWidth;
    }
    if (shown_height > kLogoHeight) {
      shown_width = shown_width * kLogoHeight / shown_height;
      shown_height = kLogoHeight;
    }
    width_ = static_cast<std::uint32_t>(shown_width > 0 ? shown_width : 1);
    height_ = static_cast<std::uint32_t>(shown_height > 0 ? shown_height : 1);
    sums_.resize(std::size_t{width_} * kChannels);
    counts_.resize(width_);
    pixels_.reserve(std::size_t{width_} * height_ * kChannels);
  }

  void add_row(const unsigned char* row) {
    const auto target = static_cast<std::uint32_t>(std::uint64_t{row_} * height_ / from_height_);
    if (target != target_) end_row();
    target_ = target;
    for (std::uint32_t column = 0; column < from_width_; ++column, row += kChannels) {
      const auto place = static_cast<std::size_t>(std::uint64_t{column} * width_ / from_width_);
      const std::uint64_t opacity = row[3];
      std::uint64_t* sum = &sums_[place * kChannels];
      for (int channel = 0; channel < 3; ++channel) sum[channel] += row[channel] * opacity;
      sum[3] += opacity;
      ++counts_[place];
    }
    ++row_;
  }
  const std::vector<unsigned char>& finish() {
    end_row();
    if (pixels_.size() != std::size_t{width_} * height_ * kChannels) refuse();
    return pixels_;
  }
  std::uint32_t width() const { return width_; }
  std::uint32_t height() const { return height_; }

 private:
  void end_row() {
    for (std::size_t place = 0; place < counts_.size(); ++place) {
      std::uint64_t* sum = &sums_[place * kChannels];
      const std::uint64_t count = counts_[place] > 0 ? counts_[place] : 1;
      for (int channel = 0; channel < 3; ++channel)
        pixels_.push_back(static_cast<unsigned char>(sum[3] > 0 ? sum[channel] / sum[3] : 0));
      pixels_.push_back(static_cast<unsigned char>(sum[3] / count));
    }
    sums_.assign(sums_.size(), 0);
    counts_.assign(counts_.size(), 0);
  }

  std::uint32_t from_width_;
  std::uint32_t from_height_;
  std::uint32_t width_ = 1;
  std::uint32_t height_ = 1;
  std::uint32_t row_ = 0;
  std::uint32_t target_ = 0;
  std::vector<std::uint64_t> sums_;
  std::vector<std::uint32_t> counts_;
  std::vector<unsigned char> pixels_;
};

void check_size(std::uint64_t width, std::uint64_t height) {
  if (width == 0 || height == 0 || width * height > limits::kLogoPixels) refuse();
}

// Adobe writes the four inks the other way round, which is the only way in which they are met.
void fill_from_inks(const JSAMPLE* from, unsigned char* to, std::uint32_t width) {
  for (std::uint32_t column = 0; column < width; ++column, from += 4, to += kChannels) {
    for (int channel = 0; channel < 3; ++channel)
      to[channel] = static_cast<unsigned char>(from[channel] * from[3] / 255);
    to[3] = 255;
  }
}

void fill_from_colours(const JSAMPLE* from, unsigned char* to, std::uint32_t width) {
  for (std::uint32_t column = 0; column < width; ++column, from += 3, to += kChannels) {
    for (int channel = 0; channel < 3; ++channel) to[channel] = from[channel];
    to[3] = 255;
  }
}

void write_jpeg(Reducer& picture) {
  const std::vector<unsigned char>& pixels = picture.finish();
  jpeg_error_mgr errors{};
  jpeg_compress_struct jpeg{};
  jpeg.err = jpeg_std_error(&errors);
  errors.error_exit = [](j_common_ptr) { refuse(); };
  errors.output_message = [](j_common_ptr) {};
  jpeg_create_compress(&jpeg);
  jpeg_stdio_dest(&jpeg, stdout);
  jpeg.image_width = picture.width();
  jpeg.image_height = picture.height();
  jpeg.input_components = 3;
  jpeg.in_color_space = JCS_RGB;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, kQuality, TRUE);
  jpeg_start_compress(&jpeg, TRUE);
  std::vector<JSAMPLE> row(std::size_t{picture.width()} * 3);
  for (std::size_t at = 0; jpeg.next_scanline < jpeg.image_height;) {
    for (std::size_t column = 0; column < picture.width(); ++column, at += kChannels) {
      for (std::size_t channel = 0; channel < 3; ++channel) row[column * 3 + channel] = pixels[at + channel];
    }
    JSAMPROW start = row.data();
    jpeg_write_scanlines(&jpeg, &start, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
}

void read_jpeg() {
  jpeg_error_mgr errors{};
  jpeg_decompress_struct jpeg{};
  jpeg.err = jpeg_std_error(&errors);
  errors.error_exit = [](j_common_ptr) { refuse(); };
  // Where something is missing or wrong the library goes on with grey; a logo like that is none.
  errors.emit_message = [](j_common_ptr, int level) {
    if (level < 0) refuse();
  };
  errors.output_message = [](j_common_ptr) {};
  jpeg_create_decompress(&jpeg);
  jpeg_stdio_src(&jpeg, stdin);
  jpeg_read_header(&jpeg, TRUE);
  check_size(jpeg.image_width, jpeg.image_height);
  const bool has_inks = jpeg.num_components == 4;
  jpeg.out_color_space = has_inks ? JCS_CMYK : JCS_RGB;
  // Decoded at a half, a quarter or an eighth where that is still more than is shown.
  while (jpeg.scale_denom < 8 && jpeg.image_width / (jpeg.scale_denom * 2) >= kLogoWidth * 2 &&
         jpeg.image_height / (jpeg.scale_denom * 2) >= kLogoHeight * 2)
    jpeg.scale_denom *= 2;
  jpeg_start_decompress(&jpeg);
  Reducer picture(jpeg.output_width, jpeg.output_height);
  std::vector<JSAMPLE> row(std::size_t{jpeg.output_width} * static_cast<std::size_t>(jpeg.output_components));
  std::vector<unsigned char> pixels(std::size_t{jpeg.output_width} * kChannels);
  while (jpeg.output_scanline < jpeg.output_height) {
    JSAMPROW start = row.data();
    if (jpeg_read_scanlines(&jpeg, &start, 1) != 1) refuse();
    (has_inks ? fill_from_inks : fill_from_colours)(row.data(), pixels.data(), jpeg.output_width);
    picture.add_row(pixels.data());
  }
  jpeg_finish_decompress(&jpeg);
  jpeg_destroy_decompress(&jpeg);
  write_jpeg(picture);
}

[[noreturn]] void on_png_error(png_structp, png_const_charp) { refuse(); }
void on_png_warning(png_structp, png_const_charp) {}

void write_png(Reducer& picture) {
  const std::vector<unsigned char>& pixels = picture.finish();
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, on_png_error, on_png_warning);
  png_infop info = png ? png_create_info_struct(png) : nullptr;
  if (!info) refuse();
  png_init_io(png, stdout);
  png_set_IHDR(png, info, picture.width(), picture.height(), 8, PNG_COLOR_TYPE_RGB_ALPHA, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  for (std::size_t row = 0; row < picture.height(); ++row)
    png_write_row(png, pixels.data() + row * picture.width() * kChannels);
  png_write_end(png, nullptr);
  png_destroy_write_struct(&png, &info);
}

void read_png() {
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, on_png_error, on_png_warning);
  png_infop info = png ? png_create_info_struct(png) : nullptr;
  if (!info) refuse();
  constexpr png_alloc_size_t kChunkBytes = 4 * 1024 * 1024;
  png_set_user_limits(png, 50'000, 50'000);
  png_set_chunk_malloc_max(png, kChunkBytes);
  png_set_chunk_cache_max(png, 8);
  png_init_io(png, stdin);
  png_read_info(png, info);
  const png_uint_32 width = png_get_image_width(png, info);
  const png_uint_32 height = png_get_image_height(png, info);
  check_size(width, height);
  png_set_expand(png);
  png_set_strip_16(png);
  png_set_gray_to_rgb(png);
  png_set_add_alpha(png, 0xFF, PNG_FILLER_AFTER);
  const int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  const std::size_t row_bytes = std::size_t{width} * kChannels;
  if (png_get_rowbytes(png, info) != row_bytes) refuse();
  Reducer picture(width, height);
  std::vector<unsigned char> rows(passes > 1 ? row_bytes * height : row_bytes);
  for (int pass = 0; pass < passes; ++pass) {
    for (std::size_t row = 0; row < height; ++row) {
      unsigned char* start = rows.data() + (passes > 1 ? row * row_bytes : 0);
      png_read_row(png, start, nullptr);
      if (pass == passes - 1) picture.add_row(start);
    }
  }
  png_read_end(png, nullptr);
  png_destroy_read_struct(&png, &info, nullptr);
  write_png(picture);
}

}  // namespace

void render_logo() noexcept {
  bound_process();
  try {
    const int first = std::getc(stdin);
    if (first == EOF || std::ungetc(first, stdin) == EOF) refuse();
    first == 0xFF ? read_jpeg() : read_png();
  } catch (const std::exception&) {
    refuse();
  }
  if (std::fflush(stdout) != 0) refuse();
  ::_exit(std::to_underlying(RenderExit::kDone));
}

}  // namespace portal::outside
