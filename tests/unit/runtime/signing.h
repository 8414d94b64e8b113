// Keys and signatures as their owner makes them, for libraries of devices.
#pragma once

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

using SigningKey = std::shared_ptr<EVP_PKEY>;

inline SigningKey MakeKey(int type) {
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
      EVP_PKEY_CTX_new_id(type, nullptr), &EVP_PKEY_CTX_free);
  EVP_PKEY* key = nullptr;
  EXPECT_EQ(EVP_PKEY_keygen_init(context.get()), 1);
  // Short, because each test makes one.
  if (type == EVP_PKEY_RSA) {
    EXPECT_EQ(EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), 1024), 1);
  }
  EXPECT_EQ(EVP_PKEY_keygen(context.get(), &key), 1);
  return SigningKey(key, &EVP_PKEY_free);
}

inline std::string PublicHalf(const SigningKey& key) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> text(BIO_new(BIO_s_mem()), &BIO_free);
  EXPECT_EQ(PEM_write_bio_PUBKEY(text.get(), key.get()), 1);
  char* data = nullptr;
  const long bytes = BIO_get_mem_data(text.get(), &data);
  return std::string(data, static_cast<std::size_t>(bytes));
}

inline std::string Sign(const SigningKey& key, const std::string& content) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  const auto* bytes = reinterpret_cast<const unsigned char*>(content.data());
  std::size_t size = 0;
  EXPECT_EQ(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()), 1);
  EXPECT_EQ(EVP_DigestSign(context.get(), nullptr, &size, bytes, content.size()), 1);
  std::vector<unsigned char> signature(size);
  EXPECT_EQ(EVP_DigestSign(context.get(), signature.data(), &size, bytes, content.size()), 1);
  return std::string(signature.begin(), signature.begin() + static_cast<std::ptrdiff_t>(size));
}
