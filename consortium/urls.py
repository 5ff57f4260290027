from django.urls import path

from .views import members, permissions

app_name = "consortium"
urlpatterns = [
    path("", members.organization_list, name="organization_list"),
    path("new/", members.organization_create, name="organization_create"),
    path("<int:pk>/", members.organization_detail, name="organization_detail"),
    path("<int:pk>/edit/", members.organization_update, name="organization_update"),
    path("permissions/", permissions.permission_list, name="permission_list"),
]
