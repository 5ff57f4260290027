from django.urls import path

from .views import exports, members, permissions

app_name = "consortium"
urlpatterns = [
    path("", members.organization_list, name="organization_list"),
    path("new/", members.organization_create, name="organization_create"),
    path("<int:pk>/", members.organization_detail, name="organization_detail"),
    path("<int:pk>/edit/", members.organization_update, name="organization_update"),
    path("exports/", exports.export_list, name="export_list"),
    path("exports/new/", exports.export_create, name="export_create"),
    path("exports/<int:pk>/", exports.export_detail, name="export_detail"),
    path("exports/<int:pk>/download/", exports.export_download, name="export_download"),
    path("permissions/", permissions.permission_list, name="permission_list"),
]
