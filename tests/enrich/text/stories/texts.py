"""Reports to tell stories by. All are invented."""

BRIDGE = """Khánh thành cầu Vàm Sáng nối hai bờ kênh Ba Chùa

Sáng 5/9, tỉnh Vĩnh Long khánh thành cầu Vàm Sáng bắc qua kênh Ba Chùa, thay bến đò ngang đã hoạt động hơn bốn mươi năm.

Cầu Vàm Sáng dài 214 mét, rộng 9 mét, do Hợp tác xã Xây lắp Bình Nguyên thi công trong 16 tháng. Ông Lý Văn Tánh, người
chèo đò cuối cùng ở kênh Ba Chùa, cho biết từ nay học sinh ấp Rạch Gốc không phải dậy từ ba giờ sáng.
"""
BRIDGE_TOO = """Người chèo đò cuối cùng ở kênh Ba Chùa gác mái

Ông Lý Văn Tánh, 61 tuổi, chở chuyến khách cuối cùng trước giờ cầu Vàm Sáng thông xe. Bến đò ngang kênh Ba Chùa khép lại
sau hơn bốn thập niên.

"Tôi mừng nhiều hơn tiếc", ông nói. Học sinh ấp Rạch Gốc sẽ đi học qua cầu Vàm Sáng, công trình do Hợp tác xã Xây lắp
Bình Nguyên đảm nhận.
"""
ANOTHER_BRIDGE = """Khánh thành cầu Rạch Dừa

Sáng 5/9, tỉnh Cà Mau khánh thành cầu Rạch Dừa bắc qua sông Đầm Cùng. Cầu dài 190 mét, rộng 7 mét, tổng vốn 62 tỷ đồng,
do Công ty Cầu đường Năm Căn thi công trong 14 tháng. Người dân hai xã ven sông đi lại thuận tiện hơn trong mùa mưa bão.
"""
CLINIC = """Trạm y tế xã vùng cao tiêm chủng lưu động

Trong hai ngày cuối tuần, cán bộ trạm y tế vượt bốn mươi cây số đường rừng để tiêm vắc xin sởi cho trẻ em các thôn bản
người Mông và người Dao. Phụ huynh được hướng dẫn theo dõi phản ứng sau tiêm tại nhà.
"""
