// What applications compile against: values, sizes, order and defaults of the members, macros.
// Both using-directives are what most applications write.
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <type_traits>
#include <vector>

#include "hiaiengine/data_type.h"
#include "hiaiengine/data_type_reg.h"

using namespace hiai;  // NOLINT
using namespace std;   // NOLINT

namespace application {
struct Celsius {};
}  // namespace application
struct Kelvin {};
REGISTER_TYPE_DEFINITION(Kelvin)
REGISTER_TYPE_DEFINITION(application::Celsius);

namespace {

// Offsets of members in the order given.
template <typename T, typename... Members>
std::vector<std::size_t> Offsets(const T& object, const Members&... members) {
  const auto start = reinterpret_cast<std::uintptr_t>(&object);
  return {(reinterpret_cast<std::uintptr_t>(&members) - start)...};
}

using Places = std::vector<std::size_t>;

TEST(DataTypeLayout, FormatsAndObjectsHaveTheirNumbers) {
  EXPECT_EQ(RGB565, 0);
  EXPECT_EQ(BGRA8888, 4);
  EXPECT_EQ(YUV420Planar, 8);
  EXPECT_EQ(YUV420SP, 10);
  EXPECT_EQ(YUV422Planar, 14);
  EXPECT_EQ(VYUYPacket, 19);
  EXPECT_EQ(YUV444Interleaved, 22);
  EXPECT_EQ(H264, 25);
  EXPECT_EQ(RAW, 28);
  EXPECT_EQ(OT_VEHICLE, 0);
  EXPECT_EQ(OT_PLATE, 5);
}

TEST(DataTypeLayout, FramesAndBatchesAreAsOldObjectsKnowThem) {
  const FrameInfo f;
  const BatchInfo b;

  EXPECT_EQ(Offsets(f, f.is_first, f.is_last, f.channel_ID, f.processor_stream_ID, f.frame_ID,
                    f.source_ID, f.timestamp),
            (Places{0, 1, 4, 8, 12, 16, 24}));
  EXPECT_EQ(Offsets(b, b.is_first, b.is_last, b.batch_size, b.max_batch_size, b.batch_ID,
                    b.channel_ID, b.processor_stream_ID, b.frame_ID, b.source_ID, b.timestamp),
            (Places{0, 1, 4, 8, 12, 16, 20, 24, 48, 72}));
  EXPECT_FALSE(f.is_first || f.is_last || b.is_first || b.is_last);
  EXPECT_EQ(f.channel_ID + f.processor_stream_ID + f.frame_ID + f.source_ID + f.timestamp, 0u);
  EXPECT_EQ(b.batch_size + b.max_batch_size + b.batch_ID + b.channel_ID + b.processor_stream_ID,
            0u);
}

TEST(DataTypeLayout, PicturesAndBuffersAreAsOldObjectsKnowThem) {
  const ImageData<uint8_t> i;
  const RawDataBuffer r = {7, nullptr};

  EXPECT_EQ(Offsets(i, i.format, i.width, i.height, i.channel, i.depth, i.height_step, i.width_step,
                    i.size, i.data),
            (Places{0, 4, 8, 12, 16, 20, 24, 28, 32}));
  EXPECT_EQ(sizeof i, 48u);
  EXPECT_EQ(i.format, YUV420SP);
  EXPECT_EQ(i.width + i.height + i.channel + i.depth + i.height_step + i.width_step + i.size, 0u);
  EXPECT_EQ(i.data, nullptr);
  EXPECT_EQ(Offsets(r, r.len_of_byte, r.data), (Places{0, 8}));
  EXPECT_EQ(sizeof r, 24u);
}

TEST(DataTypeLayout, StructuresWithoutDefaultsTakeBracesInCxx11Too) {
  const Rectangle<Point2D> place = {{1, 2}, {3, 4}};
  const Classification<float> found = {"cat", 0.5f};

  EXPECT_EQ(place.anchor_rb.x, 3);
  EXPECT_EQ(found.class_value, "cat");
  EXPECT_TRUE(std::is_pod<Point2D>::value);
  EXPECT_TRUE(std::is_aggregate_v<RawDataBuffer>);
  EXPECT_TRUE((std::is_aggregate_v<RetrievalSet<float, float>>));
  EXPECT_TRUE(std::is_aggregate_v<FeatureRecord<float>>);
  EXPECT_TRUE(std::is_aggregate_v<ArgsRoiPolygon>);
}

TEST(DataTypeLayout, MembersLieInTheirOrder) {
  const ArgsRoiPolygon a{};
  const RLECode c{};
  const MaskMatrix<float> m{};
  const FeatureRecord<float> r{};
  const RegionImage<uint8_t> g;
  const ObjectLocation<float, float> o;

  EXPECT_EQ(Offsets(a, a.stRoiPolygon, a.iMinFace, a.iMaxFace, a.imgWidth, a.imgHeight),
            (Places{0, 32, 36, 40, 44}));
  EXPECT_EQ(Offsets(c, c.len, c.cols, c.rows, c.data), (Places{0, 4, 8, 16}));
  EXPECT_EQ(Offsets(m, m.cols, m.rows, m.data), (Places{0, 4, 8}));
  EXPECT_EQ(Offsets(r, r.ID, r.len, r.feature), (Places{0, 4, 8}));
  EXPECT_EQ(Offsets(g, g.region, g.v_obj_id), (Places{0, 24}));
  EXPECT_EQ(Offsets(o, o.v_obj_id, o.range, o.angle, o.confidence, o.label, o.isInRoi),
            (Places{0, 24, 48, 72, 96, 120}));
}

TEST(DataTypeLayout, TypesHaveTheirNames) {
  EXPECT_STREQ(TypeName<uint8_t>(), "uint8_t");
  EXPECT_STREQ(TypeName<int64_t>(), "int64_t");
  EXPECT_STREQ(TypeName<float>(), "float");
  EXPECT_STREQ(TypeName<double>(), "double");
  EXPECT_STREQ(TypeName<Point3D>(), "Point3D");
  EXPECT_STREQ(TypeName<Rectangle<Point2D>>(), "Rectangle<Point2D>");
  EXPECT_STREQ(TypeName<Kelvin>(), "Kelvin");
  EXPECT_STREQ(TypeName<application::Celsius>(), "application::Celsius");
}

struct CannotBeMade {
  CannotBeMade() { throw std::bad_alloc(); }
};

template <typename T>
void Reset(std::shared_ptr<T>& pointer, bool& went_on) {
  went_on = false;
  HIAI_SHARED_PTR_RESET(pointer, new T(), "the test has no %s memory")
  went_on = true;
}

TEST(DataTypeLayout, AResetThatFailsEmptiesThePointerAndLeavesTheFunction) {
  bool went_on = false;
  std::shared_ptr<int> number;
  Reset(number, went_on);
  EXPECT_TRUE(went_on);
  EXPECT_NE(number, nullptr);

  char storage = 0;
  std::shared_ptr<CannotBeMade> never(reinterpret_cast<CannotBeMade*>(&storage),
                                      [](CannotBeMade*) {});
  Reset(never, went_on);

  EXPECT_FALSE(went_on);
  EXPECT_EQ(never, nullptr);
}

}  // namespace
