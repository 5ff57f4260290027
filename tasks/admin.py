"""For operators only: a look at plans. They are changed on their pages."""

from django.contrib import admin

from .models import Plan, Task


@admin.register(Plan)
class PlanAdmin(admin.ModelAdmin):
    list_display = ["title", "unit", "year"]
    list_filter = ["year"]


@admin.register(Task)
class TaskAdmin(admin.ModelAdmin):
    list_display = ["number", "goal", "plan", "responsible_organization"]
    list_select_related = ["plan", "responsible_organization"]
    search_fields = ["goal"]
